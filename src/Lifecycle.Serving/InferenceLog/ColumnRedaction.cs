using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Lifecycle.Serving;

/// <summary>Hides the values of one column. Any thread.</summary>
internal sealed class ColumnRedaction(RedactionKind kind, int keepLast, Pseudonyms? pseudonyms)
{
    private const string Hidden = "****";
    private const int MostOfACharacter = 4;

    public RedactionKind Kind => kind;

    /// <summary>Most bytes that are written for one element.</summary>
    public int MostBytes { get; } = kind switch
    {
        RedactionKind.Drop => 0,
        RedactionKind.Mask => Hidden.Length + (keepLast * MostOfACharacter),
        _ => Encoding.UTF8.GetByteCount(pseudonyms!.Of(string.Empty)),
    };

    /// <summary>The redactions of a model by the names of its columns; null when it has none.</summary>
    public static async ValueTask<FrozenDictionary<string, ColumnRedaction>?> OfAsync(
        string model, IReadOnlyDictionary<string, Redaction> redactions, string? store, CancellationToken cancellationToken)
    {
        if (redactions.Count == 0)
        {
            return null;
        }

        Dictionary<string, ColumnRedaction> columns = new(ColumnNames.Comparer);
        foreach ((string column, Redaction redaction) in redactions)
        {
            columns.Add(column, await redaction.ForAsync(model, column, store, cancellationToken).ConfigureAwait(false));
        }

        return columns.ToFrozenDictionary(ColumnNames.Comparer);
    }

    /// <summary>What is written for one element.</summary>
    public string Of(TensorValue value, int element)
    {
        string text = Text(value, element);
        return pseudonyms is null ? Mask(text) : pseudonyms.Of(text);
    }

    private string Mask(string text)
    {
        // a character may be two chars
        Rune[] runes = [.. text.EnumerateRunes()];
        return runes.Length <= keepLast ? Hidden : Hidden + string.Concat(runes[^keepLast..]);
    }

    private static string Text(TensorValue value, int element)
    {
        IFormatProvider plain = CultureInfo.InvariantCulture;
        return value.Type switch
        {
            TensorElementType.Boolean => value.Raw[element] != 0 ? "true" : "false",
            TensorElementType.UInt8 => value.Span<byte>()[element].ToString(plain),
            TensorElementType.UInt16 => value.Span<ushort>()[element].ToString(plain),
            TensorElementType.UInt32 => value.Span<uint>()[element].ToString(plain),
            TensorElementType.UInt64 => value.Span<ulong>()[element].ToString(plain),
            TensorElementType.Int8 => value.Span<sbyte>()[element].ToString(plain),
            TensorElementType.Int16 => value.Span<short>()[element].ToString(plain),
            TensorElementType.Int32 => value.Span<int>()[element].ToString(plain),
            TensorElementType.Int64 => value.Span<long>()[element].ToString(plain),
            TensorElementType.Float16 => value.Span<Half>()[element].ToString(plain),
            TensorElementType.Float32 => value.Span<float>()[element].ToString(plain),
            TensorElementType.Float64 => value.Span<double>()[element].ToString(plain),
            TensorElementType.BFloat16 => BFloat16.ToSingle(MemoryMarshal.Cast<byte, ushort>(value.Raw)[element]).ToString(plain),
            _ => Utf8.IsValid(value.Texts[element].Span)
                ? Encoding.UTF8.GetString(value.Texts[element].Span)
                : "b64:" + Convert.ToBase64String(value.Texts[element].Span),
        };
    }
}

/// <summary>The upper half of a float.</summary>
internal static class BFloat16
{
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    public static ushort ToBits(float value) => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
}
