using System.Text;

namespace Lifecycle.Data;

/// <summary>Texts that were met before, so that a column of few values has few strings.</summary>
internal sealed class TextCache
{
    private const int Places = 512;
    private const int MostBytes = 32;

    private readonly (byte[] Bytes, string Text)[] _texts = new (byte[], string)[Places];

    public bool TryText(ReadOnlySpan<byte> text, out string value)
    {
        if (text.Length is 0 or > MostBytes)
        {
            value = Encoding.UTF8.GetString(text);
            return true;
        }

        uint hash = (uint)text.Length * 0x9E3779B1;
        foreach (byte letter in text)
        {
            hash = (hash ^ letter) * 0x01000193;
        }

        ref (byte[] Bytes, string Text) known = ref _texts[(hash ^ (hash >> 15)) % Places];
        if (known.Bytes is null || !text.SequenceEqual(known.Bytes))
        {
            value = Encoding.UTF8.GetString(text);
            known = known.Bytes is null || known.Bytes.Length != text.Length ? (text.ToArray(), value) : Again(known.Bytes, text, value);
            return true;
        }

        value = known.Text;
        return true;
    }

    private static (byte[] Bytes, string Text) Again(byte[] bytes, ReadOnlySpan<byte> text, string value)
    {
        text.CopyTo(bytes);
        return (bytes, value);
    }
}
