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

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes of the list; the files may come in any order.</summary>
    public static byte[] Write(IEnumerable<DatasetFile> files)
    {
        (byte[] Path, DatasetFile File)[] sorted = [.. files.Select(f => (Utf8.GetBytes(f.Path), f))];
        Array.Sort(sorted, (a, b) => a.Path.AsSpan().SequenceCompareTo(b.Path));
        ArrayBufferWriter<byte> output = new(64 + (sorted.Length * 120));
        output.Write("lifecycle.tree/1\n"u8);
        long bytes = 0;
        foreach ((byte[] path, DatasetFile file) in sorted)
        {
            output.Write(file.IsExecutable ? "x "u8 : "- "u8);
            Number(output, file.Length);
            output.Write(" "u8);
            output.Write(Encoding.ASCII.GetBytes(file.Digest.Hex));
            output.Write(" "u8);
            Escape(output, path);
            output.Write("\n"u8);
            bytes += file.Length;
        }

        output.Write("= "u8);
        Number(output, sorted.Length);
        output.Write(" "u8);
        Number(output, bytes);
        output.Write("\n"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The files of a list, in its order.</summary>
    /// <exception cref="TreeFormatException">The bytes are not exactly what <see cref="Write"/> would have written.</exception>
    public static IReadOnlyList<DatasetFile> Parse(ReadOnlySpan<byte> tree)
    {
        List<DatasetFile> files = [];
        int line = 0;
        ReadOnlySpan<byte> rest = tree;
        while (!rest.IsEmpty)
        {
            line++;
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> text = end < 0 ? throw new TreeFormatException(line, "the line has no end") : rest[..end];
            rest = rest[(end + 1)..];
            if (line == 1)
            {
                if (!text.SequenceEqual("lifecycle.tree/1"u8))
                {
                    throw new TreeFormatException(1, "it does not begin with 'lifecycle.tree/1'");
                }
            }
            else if (text.StartsWith("= "u8))
            {
                break;
            }
            else
            {
                files.Add(File(text, line));
            }
        }

        if (!Write(files).AsSpan().SequenceEqual(tree))
        {
            throw new TreeFormatException(line, "order, totals or form differ from what its files would give");
        }

        for (int i = 1; i < files.Count; i++)
        {
            if (files[i].Path == files[i - 1].Path)
            {
                throw new TreeFormatException(i + 2, "a path stands twice");
            }
        }

        return files;
    }

    private static DatasetFile File(ReadOnlySpan<byte> text, int line)
    {
        if (text.Length < 2 || text[0] is not ((byte)'-' or (byte)'x') || text[1] != ' ')
        {
            throw new TreeFormatException(line, "it does not begin with '- ' or 'x '");
        }

        bool executable = text[0] == 'x';
        text = text[2..];
        if (!Utf8Parser.TryParse(text, out long length, out int used) || length < 0 || used + 67 > text.Length || text[used] != ' ')
        {
            throw new TreeFormatException(line, "the length is missing");
        }

        text = text[(used + 1)..];
        if (!Digest.TryParse(Encoding.ASCII.GetString(text[..64]), out Digest digest) || text[64] != ' ')
        {
            throw new TreeFormatException(line, "the digest is missing");
        }

        try
        {
            return new DatasetFile(Utf8.GetString(Unescape(text[65..], line)), length, digest, executable);
        }
        catch (DecoderFallbackException)
        {
            throw new TreeFormatException(line, "the path is not UTF-8");
        }
    }

    private static void Number(ArrayBufferWriter<byte> output, long value)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(20), out int written);
        output.Advance(written);
    }

    private static void Escape(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> path)
    {
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
                    (byte)'x' when i + 2 < text.Length && Utf8Parser.TryParse(text.Slice(i + 1, 2), out byte value, out int used, 'x') && used == 2 => value,
                    _ => throw new TreeFormatException(line, "the path holds an unknown escape"),
                };
                i += kind == (byte)'x' ? 2 : 0;
            }

            path[length++] = b;
        }

        return path[..length];
    }
}
