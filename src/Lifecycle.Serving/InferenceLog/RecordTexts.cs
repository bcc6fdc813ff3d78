using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lifecycle.Serving;

/// <summary>The parts of a line that all records of one layout share, as UTF-8.</summary>
internal sealed class RecordTexts
{
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Makes the parts.</summary>
    /// <param name="layout">Its columns.</param>
    /// <param name="stamp">Any stamp of it.</param>
    public RecordTexts(RecordLayout layout, in InferenceStamp stamp)
    {
        double propensity = double.IsFinite(stamp.Propensity) ? stamp.Propensity : 0;
        Middle = Encoding.UTF8.GetBytes(
            $"\",\"model\":{Quoted(stamp.Model)},\"version\":{Quoted(stamp.Version)},\"role\":\"{Name(stamp.Role)}\",\"arm\":{Quoted(stamp.Arm)},"
            + $"\"propensity\":{propensity.ToString(CultureInfo.InvariantCulture)},\"rows\":");
        AfterTime = Encoding.UTF8.GetBytes((stamp.Error is null ? string.Empty : $",\"error\":{Quoted(stamp.Error)}") + ",\"in\":{");
        Columns = [.. Parts(layout.Inputs), .. Parts(layout.Outputs)];
    }

    /// <summary>From the end of the time to the number of rows.</summary>
    public byte[] Middle { get; }

    /// <summary>From the end of the duration to the first column.</summary>
    public byte[] AfterTime { get; }

    /// <summary>Of each column what stands before its sizes and before its elements; nothing when it is dropped.</summary>
    public (byte[] BeforeSizes, byte[] BeforeElements)[] Columns { get; }

    private static List<(byte[] BeforeSizes, byte[] BeforeElements)> Parts(ReadOnlySpan<LoggedColumn> columns)
    {
        List<(byte[], byte[])> parts = [];
        string comma = string.Empty;
        foreach (LoggedColumn column in columns)
        {
            if (column.IsDropped)
            {
                parts.Add(([], []));
                continue;
            }

            string redaction = column.Redaction is null ? string.Empty : column.Redaction.Kind == RedactionKind.Mask ? ",\"r\":\"mask\"" : ",\"r\":\"hmac\"";
            parts.Add((
                Encoding.UTF8.GetBytes($"{comma}{Quoted(column.Name)}:{{\"t\":\"{column.Written.ProtocolName()}\",\"s\":["),
                Encoding.UTF8.GetBytes($"]{redaction},\"d\":[")));
            comma = ",";
        }

        return parts;
    }

    // Half a character becomes the sign for it: a name must not cost the record.
    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(Encoding.UTF8.GetBytes(text), Encoder)}\"";

    private static string Name(InferenceRole role) => role switch
    {
        InferenceRole.Shadow => "shadow",
        InferenceRole.Fallback => "fallback",
        _ => "primary",
    };
}
