using System.Text;
using System.Text.Unicode;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Lifecycle.Data;

/// <summary>A YAML file of a DVC repository as a tree: no aliases, no types, no duplicate keys, within limits. Everything refused is told with its place.</summary>
internal sealed class DvcFileReader : IDisposable
{
    public const int MaximumBytes = 16 << 20;
    public const int MaximumDepth = 32;
    public const int MaximumValues = 250_000;

    private const int MaximumGap = 2 << 20;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _file;
    private readonly GapReader _text;
    private readonly Parser _parser;
    private int _values;

    private DvcFileReader(string file, ReadOnlyMemory<byte> bytes)
    {
        _file = file;
        _text = new GapReader(new StreamReader(new MemoryStream(bytes.ToArray(), writable: false), Utf8, detectEncodingFromByteOrderMarks: false), file);
        _parser = new Parser(_text);
    }

    /// <summary>The root of the file; null when there is nothing in it.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="file">Its name, for errors.</param>
    /// <exception cref="DvcFormatException">It is no such file.</exception>
    public static DvcNode? Read(ReadOnlyMemory<byte> bytes, string file)
    {
        if (bytes.Length > MaximumBytes)
        {
            throw new DvcFormatException(file, 1, 1, $"the file has {bytes.Length} bytes; at most {MaximumBytes} are read");
        }

        ReadOnlyMemory<byte> content = bytes.Span.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;
        RequireText(content.Span, file);
        using DvcFileReader reader = new(file, content);
        try
        {
            return reader.Document();
        }
        catch (YamlException e)
        {
            throw new DvcFormatException(file, e.Start.Line, e.Start.Column, "this is no YAML: " + Reason(e), e);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            throw new DvcFormatException(file, reader._parser.Current?.End.Line ?? 1, reader._parser.Current?.End.Column ?? 1, "this is no YAML", e);
        }
    }

    /// <summary>The text in which the places of <see cref="Read"/> count.</summary>
    public static string Text(ReadOnlySpan<byte> bytes) => Utf8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes);

    public void Dispose() => _text.Dispose();

    private static string Reason(YamlException e)
    {
        string message = e.Message;
        int colon = message.StartsWith("(Line", StringComparison.Ordinal) ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        return (colon < 0 ? message : message[(colon + 3)..]).TrimEnd('.');
    }

    // Text, without characters that readers of YAML disagree about.
    private static void RequireText(ReadOnlySpan<byte> bytes, string file)
    {
        bool valid = System.Text.Unicode.Utf8.IsValid(bytes);
        if (valid && bytes.IndexOfAny(Suspects) < 0)
        {
            return;
        }

        int line = 1;
        int column = 1;
        for (int i = 0; i < bytes.Length;)
        {
            System.Buffers.OperationStatus status = Rune.DecodeFromUtf8(bytes[i..], out Rune rune, out int used);
            string? reason = status != System.Buffers.OperationStatus.Done ? "the bytes are not UTF-8; save the file as UTF-8"
                : rune.Value is 0x85 or 0x2028 or 0x2029 ? $"the character U+{rune.Value:X4} breaks lines in some readers of YAML and not in others; write it as an escape in double quotes"
                : rune.Value is < 0x20 and not ('\t' or '\n' or '\r') or 0x7F ? $"the character U+{rune.Value:X4} cannot stand in YAML; write it as an escape in double quotes"
                : null;
            if (reason is not null)
            {
                throw new DvcFormatException(file, line, column, reason);
            }

            (line, column) = rune.Value == '\n' ? (line + 1, 1) : (line, column + rune.Utf16SequenceLength);
            i += used;
        }
    }

    private static readonly System.Buffers.SearchValues<byte> Suspects = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(b => b is not (9 or 10 or 13)).Select(b => (byte)b), 0x7F, 0xC2, 0xE2]);

    private DvcNode? Document()
    {
        Advance();
        Advance();
        if (_parser.Current is StreamEnd)
        {
            return null;
        }

        Advance();
        DvcNode root = Node(1);
        if (_parser.Current is not DocumentEnd)
        {
            throw Wrong(_parser.Current!, "the document should end here");
        }

        Advance();
        return _parser.Current is StreamEnd ? root : throw Wrong(_parser.Current!, "a second document begins; a file holds one");
    }

    private DvcNode Node(int depth)
    {
        ParsingEvent begin = _parser.Current!;
        if (depth > MaximumDepth)
        {
            throw Wrong(begin, $"values are nested more than {MaximumDepth} deep");
        }

        if (++_values > MaximumValues)
        {
            throw Wrong(begin, $"the file holds more than {MaximumValues} values");
        }

        switch (begin)
        {
            case AnchorAlias:
                throw Wrong(begin, "aliases are not read; write the value out");
            case Scalar scalar:
                RequireNoTag(scalar);
                if (!IsText(scalar.Value))
                {
                    throw Wrong(begin, "the text holds half a character");
                }

                Advance();
                return DvcNode.Scalar(scalar.Value, scalar.Style is ScalarStyle.Plain or ScalarStyle.Any, scalar.Start, scalar.End);
            case SequenceStart sequence:
                RequireNoTag(sequence);
                return Sequence(sequence, depth);
            case MappingStart mapping:
                RequireNoTag(mapping);
                return Mapping(mapping, depth);
            default:
                throw Wrong(begin, "a value should stand here");
        }
    }

    private DvcNode Sequence(SequenceStart begin, int depth)
    {
        List<DvcNode> items = [];
        Advance();
        while (_parser.Current is not SequenceEnd)
        {
            items.Add(Node(depth + 1));
        }

        Mark end = _parser.Current!.End;
        Advance();
        return DvcNode.Sequence(items, begin.Style == SequenceStyle.Flow, begin.Start, end);
    }

    private DvcNode Mapping(MappingStart begin, int depth)
    {
        List<KeyValuePair<DvcNode, DvcNode>> entries = [];
        HashSet<string> keys = new(StringComparer.Ordinal);
        Advance();
        while (_parser.Current is not MappingEnd)
        {
            ParsingEvent place = _parser.Current!;
            DvcNode key = Node(depth + 1);
            if (key.Kind != DvcNodeKind.Scalar)
            {
                throw Wrong(place, "a key is a text");
            }

            if (!keys.Add(key.Text))
            {
                throw Wrong(place, $"the key '{Show(key.Text)}' stands twice");
            }

            entries.Add(new KeyValuePair<DvcNode, DvcNode>(key, Node(depth + 1)));
        }

        Mark end = _parser.Current!.End;
        Advance();
        return DvcNode.Mapping(entries, begin.Style == MappingStyle.Flow, begin.Start, end);
    }

    private void Advance()
    {
        _text.Restart();
        if (!_parser.MoveNext())
        {
            throw new DvcFormatException(_file, 1, 1, "the file ends too early");
        }
    }

    private void RequireNoTag(NodeEvent node)
    {
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific)
        {
            throw Wrong(node, $"the type '{Show(node.Tag.Value)}' is not read; write a plain value");
        }
    }

    private DvcFormatException Wrong(ParsingEvent place, string reason) => new(_file, place.Start.Line, place.Start.Column, reason);

    private static string Show(string text) => string.Concat((text.Length > 80 ? text[..80] + "..." : text).Select(c => char.IsControl(c) ? '?' : c));

    internal static bool IsText(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Stops a parser that reads on and on for one value.</summary>
    private sealed class GapReader(TextReader inner, string file) : TextReader
    {
        private int _read;

        public void Restart() => _read = 0;

        public override int Peek() => inner.Peek();

        public override int Read()
        {
            Count(1);
            return inner.Read();
        }

        public override int Read(char[] buffer, int index, int count)
        {
            Count(count);
            return inner.Read(buffer, index, count);
        }

        public override int Read(Span<char> buffer)
        {
            Count(buffer.Length);
            return inner.Read(buffer);
        }

        private void Count(int characters)
        {
            _read += characters;
            if (_read > MaximumGap)
            {
                throw new DvcFormatException(file, 1, 1, $"a single value or comment has more than {MaximumGap} characters");
            }
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
