using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Lifecycle.Data;

/// <summary>
/// The list of files of a version, as bytes. The SHA-256 of these bytes is the version's digest, so equal content has an equal digest
/// whoever committed it.
/// </summary>
/// <remarks>
/// UTF-8, LF: <c>lifecycle.tree/1</c>; a line <c>&lt;- | x&gt; &lt;length&gt; &lt;sha256 hex&gt; &lt;path&gt;</c> a file, sorted by the UTF-8 bytes
/// of the path; <c>= &lt;files&gt; &lt;bytes&gt;</c>. In a path, backslash, LF, CR and TAB are written <c>\\ \n \r \t</c>, other bytes below 0x20
/// and 0x7F <c>\xhh</c>. One content has exactly one form.
/// </remarks>
internal static class DatasetTree
{
    public const int MaximumFiles = 5_000_000;
    public const long MaximumBytes = 512L << 20;

    private static readonly SearchValues<byte> LowerHex = SearchValues.Create("0123456789abcdef"u8);
    private static readonly SearchValues<byte> Escaped = SearchValues.Create([(byte)'\\', 0x7F, .. Enumerable.Range(0, 0x20).Select(b => (byte)b)]);
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes of the list; the files may come in any order.</summary>
    /// <param name="files">The files.</param>
    /// <param name="maximumBytes">The list may not be longer, since nobody could read it.</param>
    /// <exception cref="DatasetException">It would be.</exception>
    public static byte[] Write(IEnumerable<DatasetFile> files, long maximumBytes = MaximumBytes)
    {
        (byte[] Path, DatasetFile File)[] sorted = [.. files.Select(f => (Utf8.GetBytes(f.Path), f))];
        Array.Sort(sorted, (a, b) => a.Path.AsSpan().SequenceCompareTo(b.Path));
        ArrayBufferWriter<byte> output = new(64 + (sorted.Length * 120));
        output.Write("lifecycle.tree/1\n"u8);
        long bytes = 0;
        Span<byte> hash = stackalloc byte[Digest.Size];
        foreach ((byte[] path, DatasetFile file) in sorted)
        {
            output.Write(file.IsExecutable ? "x "u8 : "- "u8);
            Number(output, file.Length);
            output.Write(" "u8);
            file.Digest.CopyTo(hash);
            Convert.TryToHexStringLower(hash, output.GetSpan(64), out int written);
            output.Advance(written);
            output.Write(" "u8);
            Escape(output, path);
            output.Write("\n"u8);
            bytes += file.Length;
            RequireLength(output, sorted.Length, maximumBytes);
        }

        output.Write("= "u8);
        Number(output, sorted.Length);
        output.Write(" "u8);
        Number(output, bytes);
        output.Write("\n"u8);
        RequireLength(output, sorted.Length, maximumBytes);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The files of a list, in its order.</summary>
    /// <exception cref="TreeFormatException">The bytes are not exactly what <see cref="Write"/> would have written.</exception>
    public static IReadOnlyList<DatasetFile> Parse(ReadOnlySpan<byte> tree)
    {
        List<DatasetFile> files = [];
        ReadOnlySpan<byte> rest = tree;
        int line = 1;
        if (!Line(ref rest, line).SequenceEqual("lifecycle.tree/1"u8))
        {
            throw new TreeFormatException(1, "it does not begin with 'lifecycle.tree/1'");
        }

        byte[] previous = [];
        long bytes = 0;
        while (true)
        {
            ReadOnlySpan<byte> text = Line(ref rest, ++line);
            if (text.StartsWith("= "u8))
            {
                ReadOnlySpan<byte> totals = text[2..];
                long count = Number(ref totals, line, "the number of files", isLast: false);
                long sum = Number(ref totals, line, "the number of bytes", isLast: true);
                return count == files.Count && sum == bytes && rest.IsEmpty
                    ? files
                    : throw new TreeFormatException(line, $"the totals are not those of {files.Count} files of {bytes} bytes, or something stands behind them");
            }

            DatasetFile file = File(text, line, out byte[] path);
            int order = path.AsSpan().SequenceCompareTo(previous);
            if (files.Count > 0 && order <= 0)
            {
                throw new TreeFormatException(line, order == 0 ? "a path stands twice" : "the paths are not in the order of their bytes");
            }

            if (files.Count == MaximumFiles || file.Length > long.MaxValue - bytes)
            {
                throw new TreeFormatException(line, $"it has more than {MaximumFiles} files, or more bytes than can be counted");
            }

            previous = path;
            bytes += file.Length;
            files.Add(file);
        }
    }

    private static void RequireLength(ArrayBufferWriter<byte> output, int files, long maximumBytes)
    {
        if (output.WrittenCount > maximumBytes)
        {
            throw new DatasetException(
                $"The list of the {files} files is longer than {maximumBytes} bytes, and a version with such a list could not be read again. "
                + "Nothing was committed. Give the files shorter paths, or commit parts of them as datasets of their own.");
        }
    }

    private static ReadOnlySpan<byte> Line(ref ReadOnlySpan<byte> rest, int line)
    {
        int end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            throw new TreeFormatException(line, "the line has no end");
        }

        ReadOnlySpan<byte> text = rest[..end];
        rest = rest[(end + 1)..];
        return text;
    }

    private static DatasetFile File(ReadOnlySpan<byte> text, int line, out byte[] path)
    {
        if (text.Length < 2 || text[0] is not ((byte)'-' or (byte)'x') || text[1] != ' ')
        {
            throw new TreeFormatException(line, "it does not begin with '- ' or 'x '");
        }

        bool executable = text[0] == 'x';
        text = text[2..];
        long length = Number(ref text, line, "the length", isLast: false);
        Span<byte> hash = stackalloc byte[Digest.Size];
        if (text.Length < 66 || text[64] != ' ' || text[..64].ContainsAnyExcept(LowerHex)
            || Convert.FromHexString(text[..64], hash, out _, out _) != OperationStatus.Done)
        {
            throw new TreeFormatException(line, "the digest is missing");
        }

        path = Unescape(text[65..], line);
        try
        {
            return new DatasetFile(Utf8.GetString(path), length, new Digest(hash), executable);
        }
        catch (DecoderFallbackException)
        {
            throw new TreeFormatException(line, "the path is not UTF-8");
        }
    }

    // Digits as they are written, and the space behind them; the last number of a line has none.
    private static long Number(ref ReadOnlySpan<byte> text, int line, string what, bool isLast)
    {
        bool plain = !text.IsEmpty && char.IsAsciiDigit((char)text[0]) && (text[0] != '0' || text.Length == 1 || text[1] == ' ');
        if (!plain || !Utf8Parser.TryParse(text, out long value, out int used) || (isLast ? used < text.Length : used == text.Length || text[used] != ' '))
        {
            throw new TreeFormatException(line, what + " is missing");
        }

        text = isLast ? [] : text[(used + 1)..];
        return value;
    }

    private static void Number(ArrayBufferWriter<byte> output, long value)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(20), out int written);
        output.Advance(written);
    }

    private static void Escape(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> path)
    {
        if (!path.ContainsAny(Escaped))
        {
            output.Write(path);
            return;
        }

        Span<byte> hex = stackalloc byte[4];
        foreach (byte b in path)
        {
            switch (b)
            {
                case (byte)'\\':
                    output.Write("\\\\"u8);
                    break;
                case (byte)'\n':
                    output.Write("\\n"u8);
                    break;
                case (byte)'\r':
                    output.Write("\\r"u8);
                    break;
                case (byte)'\t':
                    output.Write("\\t"u8);
                    break;
                case < 0x20 or 0x7F:
                    hex[0] = (byte)'\\';
                    hex[1] = (byte)'x';
                    Utf8Formatter.TryFormat(b, hex[2..], out _, new StandardFormat('x', 2));
                    output.Write(hex);
                    break;
                default:
                    output.GetSpan(1)[0] = b;
                    output.Advance(1);
                    break;
            }
        }
    }

    private static byte[] Unescape(ReadOnlySpan<byte> text, int line)
    {
        if (!text.ContainsAny(Escaped))
        {
            return text.ToArray();
        }

        byte[] path = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte b = text[i];
            if (b == '\\')
            {
                byte kind = ++i < text.Length ? text[i] : (byte)0;
                b = kind switch
                {
                    (byte)'\\' => (byte)'\\',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    (byte)'x' when i + 2 < text.Length => Control(text.Slice(i + 1, 2), line),
                    _ => throw new TreeFormatException(line, "the path holds an unknown escape"),
                };
                i += kind == (byte)'x' ? 2 : 0;
            }
            else if (b is < 0x20 or 0x7F)
            {
                throw new TreeFormatException(line, "the path holds a control character that is not escaped");
            }

            path[length++] = b;
        }

        return path[..length];
    }

    // One content has one form: what has an escape of its own, or needs none, is not written in hex.
    private static byte Control(ReadOnlySpan<byte> hex, int line)
    {
        bool read = Utf8Parser.TryParse(hex, out byte value, out int used, 'x') && used == 2 && !hex.ContainsAnyExcept(LowerHex);
        return read && value is < 0x20 or 0x7F && value is not ((byte)'\n' or (byte)'\r' or (byte)'\t')
            ? value
            : throw new TreeFormatException(line, "the path holds an unknown escape");
    }
}
