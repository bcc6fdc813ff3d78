using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Lifecycle.Tracking;

/// <summary>Where the next page of a metric's history begins: behind this point. Bound to run and metric.</summary>
internal readonly record struct MetricToken(long Ms, long Step, bool IsNaN, double Value)
{
    private const string Version = "h1";

    public static string Of(string runId, MetricPoint last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{Version}|{Fingerprint(runId, last.Key)}|{last.At.ToUnixTimeMilliseconds()}|{last.Step}|{BitConverter.DoubleToInt64Bits(last.Value)}")));

    /// <exception cref="TrackingException">The text is no token, or one of another history.</exception>
    public static MetricToken Parse(string text, string runId, string key)
    {
        Span<byte> bytes = stackalloc byte[256];
        if (text.Length > 256 || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out int length))
        {
            throw new TrackingException("Invalid page token, could not base64-decode");
        }

        string[] parts = Encoding.UTF8.GetString(bytes[..length]).Split('|');
        if (parts.Length != 5 || parts[0] != Version || parts[1] != Fingerprint(runId, key)
            || !long.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long ms)
            || !long.TryParse(parts[3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long step)
            || !long.TryParse(parts[4], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long bits))
        {
            throw new TrackingException("Invalid page token, it belongs to another history or is damaged. Start again without a token.");
        }

        double value = BitConverter.Int64BitsToDouble(bits);
        return new MetricToken(ms, step, double.IsNaN(value), double.IsNaN(value) ? 0 : value);
    }

    private static string Fingerprint(string runId, string key) => Digest.Of(Encoding.UTF8.GetBytes(runId + "\n" + key)).Hex[..16];
}
