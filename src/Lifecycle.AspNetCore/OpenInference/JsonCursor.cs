using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Lifecycle.AspNetCore;

/// <summary>A place in a JSON text. A copy of it stays where it is, so that a value can be read after those that follow it.</summary>
internal ref struct JsonCursor
{
    private const int ShownToken = 40;

    private readonly ReadOnlyMemory<byte> _source;
    private readonly PooledBytes _scratch;
    private Utf8JsonReader _json;

    /// <param name="source">The whole text, which is valid UTF-8.</param>
    /// <param name="scratch">Takes texts that are written with escapes.</param>
    /// <param name="depth">How deep objects and arrays may lie in each other.</param>
    public JsonCursor(ReadOnlyMemory<byte> source, PooledBytes scratch, int depth)
    {
        _source = source;
        _scratch = scratch;
        _json = new Utf8JsonReader(source.Span, new JsonReaderOptions { MaxDepth = depth });
    }

    public readonly JsonTokenType Token => _json.TokenType;

    /// <summary>Where the token begins, in bytes from the start of the text.</summary>
    public readonly long Position => _json.TokenStartIndex;

    /// <summary>Bytes behind the token.</summary>
    public readonly long Left => _source.Length - _json.BytesConsumed;

    /// <summary>The token as it is written, without quotes.</summary>
    public readonly ReadOnlySpan<byte> Written => _json.ValueSpan;

    public bool Read() => _json.Read();

    public void Skip() => _json.Skip();

    public readonly bool TryGetInt64(out long value) => _json.TryGetInt64(out value);

    /// <summary>Whether the token is an integer, from 0 to 2^64 - 1.</summary>
    public readonly bool TryGetUInt64(out ulong value)
    {
        ReadOnlySpan<byte> written = _json.ValueSpan;
        if (written.SequenceEqual("-0"u8))
        {
            value = 0;
            return true;
        }

        return Utf8Parser.TryParse(written, out value, out int read) && read == written.Length;
    }

    public readonly bool TryGetSingle(out float value) => _json.TryGetSingle(out value);

    public readonly bool TryGetDouble(out double value) => _json.TryGetDouble(out value);

    /// <summary>The bytes of a text or member name. They live as long as the source and the scratch memory.</summary>
    public readonly ReadOnlyMemory<byte> Text()
    {
        int length = _json.ValueSpan.Length;
        if (!_json.ValueIsEscaped)
        {
            return _source.Slice((int)_json.TokenStartIndex + 1, length);
        }

        // Texts get shorter by unescaping, so that memory of the length of the source is enough for all of them and never moves.
        if (_scratch.Length == 0)
        {
            _scratch.Reserve(_source.Length);
        }

        Memory<byte> room = _scratch.Capacity - _scratch.Length >= length ? _scratch.GetMemory(length) : new byte[length];
        int written;
        try
        {
            written = _json.CopyString(room.Span);
        }
        catch (InvalidOperationException)
        {
            throw Bad("The text has half of a surrogate pair; send whole characters, or binary data");
        }

        if (_scratch.Capacity - _scratch.Length >= length)
        {
            _scratch.Advance(written);
        }

        return room[..written];
    }

    /// <summary>The token for an error message.</summary>
    public readonly string Show() => Token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.EndArray => "the end of the array",
        JsonTokenType.Null => "null",
        JsonTokenType.String => $"the text \"{InferenceWireException.Show(Cut(_json.ValueSpan))}\"",
        _ => InferenceWireException.Show(Cut(_json.ValueSpan)),
    };

    /// <summary>An error at this token; <paramref name="message"/> comes without its full stop.</summary>
    public readonly InferenceWireException Bad(string message) => InferenceWireException.Bad($"{message} (byte {Position}).");

    /// <summary>An error that tells what the reader of JSON found.</summary>
    public static InferenceWireException Explain(JsonException error, ReadOnlySpan<byte> source)
    {
        long position = PositionOf(error, source);
        if (HasBareNumber(source, (int)Math.Min(position, source.Length)))
        {
            return InferenceWireException.Bad(
                $"A number that is not finite stands bare in the JSON at byte {position}, which JSON does not allow; send it as a string (\"NaN\", \"Infinity\", \"-Infinity\") or as binary data.");
        }

        string message = error.Message;
        int end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        message = InferenceWireException.Show(end < 0 ? message : message[..end]);
        return InferenceWireException.Bad(
            position >= source.Length
                ? $"The JSON ends at byte {source.Length} before it is complete: {message} Send all of it."
                : $"The JSON is not valid at byte {position}: {message}");
    }

    /// <summary>A text without the mark of its byte order, which some programs write in front of UTF-8.</summary>
    public static ReadOnlyMemory<byte> Unmarked(ReadOnlyMemory<byte> source) => source.Span.StartsWith("\uFEFF"u8) ? source[3..] : source;

    /// <summary>Makes sure that a text is UTF-8, as JSON must be.</summary>
    public static void CheckUtf8(ReadOnlySpan<byte> source)
    {
        if (Utf8.IsValid(source))
        {
            return;
        }

        int position = 0;
        while (Rune.DecodeFromUtf8(source[position..], out _, out int read) == System.Buffers.OperationStatus.Done)
        {
            position += read;
        }

        throw InferenceWireException.Bad($"The JSON is not UTF-8 at byte {position}; encode it as UTF-8, and send other bytes as binary data.");
    }

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> token) => token.Length > ShownToken ? token[..ShownToken] : token;

    private static long PositionOf(JsonException error, ReadOnlySpan<byte> source)
    {
        int start = 0;
        for (long line = error.LineNumber ?? 0; line > 0; line--)
        {
            int end = source[start..].IndexOf((byte)'\n');
            if (end < 0)
            {
                break;
            }

            start += end + 1;
        }

        return start + (error.BytePositionInLine ?? 0);
    }

    private static bool HasBareNumber(ReadOnlySpan<byte> source, int position)
    {
        int start = position;
        while (start > 0 && position - start < 9 && (char.IsAsciiLetter((char)source[start - 1]) || source[start - 1] is (byte)'-' or (byte)'+'))
        {
            start--;
        }

        ReadOnlySpan<byte> word = source[start..].TrimStart("+-"u8);
        return Begins(word, "nan"u8) || Begins(word, "inf"u8);
    }

    private static bool Begins(ReadOnlySpan<byte> word, ReadOnlySpan<byte> lower) =>
        word.Length >= lower.Length && Ascii.EqualsIgnoreCase(word[..lower.Length], lower);
}
