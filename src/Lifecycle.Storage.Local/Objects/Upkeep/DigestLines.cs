using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Storage.Local;

/// <summary>
/// The text form of keep and dead lists: a first line, sorted lines that begin with 64 hex digits, and a last line
/// <c>= &lt;count&gt; &lt;SHA-256 of all before, 64 hex&gt;</c>. UTF-8, LF.
/// </summary>
internal static class DigestLines
{
    private const int Hex = 2 * Digest.Size;

    /// <summary>The bytes of a list.</summary>
    /// <param name="head">The first line, without its end.</param>
    /// <param name="lines">In the order of the digests; a number is written behind the digest when there is one.</param>
    /// <param name="count">How many lines.</param>
    public static byte[] Write(string head, IEnumerable<(Digest Digest, long? Number)> lines, int count)
    {
        ArrayBufferWriter<byte> text = new(head.Length + 100 + (count * (Hex + 16)));
        Span<byte> id = stackalloc byte[Digest.Size];
        text.Write(Encoding.ASCII.GetBytes(head + "\n"));
        foreach ((Digest digest, long? number) in lines)
        {
            digest.CopyTo(id);
            Span<byte> line = text.GetSpan(Hex + 24);
            Convert.TryToHexStringLower(id, line, out int at);
            if (number is { } value)
            {
                line[at++] = (byte)' ';
                Utf8Formatter.TryFormat(value, line[at..], out int digits);
                at += digits;
            }

            line[at++] = (byte)'\n';
            text.Advance(at);
        }

        string last = string.Create(CultureInfo.InvariantCulture, $"= {count} {Convert.ToHexStringLower(SHA256.HashData(text.WrittenSpan))}\n");
        text.Write(Encoding.ASCII.GetBytes(last));
        return text.WrittenSpan.ToArray();
    }

    /// <summary>The first line and the others, or null when any bit is not as it was written.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="numbered">Whether each line has a number.</param>
    public static (string Head, List<(Digest Digest, long Number)> Lines)? Parse(ReadOnlySpan<byte> bytes, bool numbered)
    {
        if (bytes.Length == 0 || bytes[^1] != '\n')
        {
            return null;
        }

        int lastLine = bytes[..^1].LastIndexOf((byte)'\n') + 1;
        ReadOnlySpan<byte> body = bytes[..lastLine];
        int headEnd = body.IndexOf((byte)'\n');
        if (headEnd < 0)
        {
            return null;
        }

        List<(Digest, long)> lines = new((body.Length - headEnd) / (Hex + 1));
        for (ReadOnlySpan<byte> rest = body[(headEnd + 1)..]; rest.Length > 0;)
        {
            int end = rest.IndexOf((byte)'\n');
            if (ParseLine(rest[..end], numbered) is not { } line || (lines.Count > 0 && line.Digest <= lines[^1].Item1))
            {
                return null;
            }

            lines.Add(line);
            rest = rest[(end + 1)..];
        }

        string last = string.Create(CultureInfo.InvariantCulture, $"= {lines.Count} {Convert.ToHexStringLower(SHA256.HashData(body))}\n");
        return bytes[lastLine..].SequenceEqual(Encoding.ASCII.GetBytes(last)) ? (Encoding.Latin1.GetString(bytes[..headEnd]), lines) : null;
    }

    private static (Digest Digest, long Number)? ParseLine(ReadOnlySpan<byte> line, bool numbered)
    {
        Span<byte> id = stackalloc byte[Digest.Size];
        if (line.Length < Hex || Convert.FromHexString(line[..Hex], id, out _, out int written) != OperationStatus.Done || written != Digest.Size)
        {
            return null;
        }

        ReadOnlySpan<byte> behind = line[Hex..];
        long number = 0;
        bool fits = numbered
            ? behind.Length > 1 && behind[0] == ' ' && Utf8Parser.TryParse(behind[1..], out number, out int digits) && digits == behind.Length - 1
            : behind.Length == 0;
        return fits ? (new Digest(id), number) : null;
    }
}
