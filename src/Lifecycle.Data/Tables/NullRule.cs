using System.Text;

namespace Lifecycle.Data;

/// <summary>Which cells are null, in a column of a given type.</summary>
internal sealed class NullRule
{
    /// <summary>Position of the first of the two words that are numbers which are none.</summary>
    public const int FirstNotNumber = 2;

    private readonly byte[][]? _own;

    public NullRule(CsvOptions options) => _own = options.Nulls?.Select(Encoding.UTF8.GetBytes).ToArray();

    /// <summary>The words that often mean "nothing here".</summary>
    public static string[] Words { get; } = ["NA", "N/A", "NaN", "nan", "null", "NULL", "None"];

    /// <summary>Whether the texts of the user are used instead of the rule.</summary>
    public bool IsOwn => _own is not null;

    /// <summary>Whether the text is one of the words that often mean "nothing here".</summary>
    public static bool IsWord(ReadOnlySpan<byte> text) => WordAt(text) >= 0;

    /// <summary>Position among <see cref="Words"/>, or -1.</summary>
    public static int WordAt(ReadOnlySpan<byte> text) => text.Length is < 2 or > 4 || text[0] is not ((byte)'N' or (byte)'n') ? -1
        : text.SequenceEqual("NA"u8) ? 0
        : text.SequenceEqual("N/A"u8) ? 1
        : text.SequenceEqual("NaN"u8) ? 2
        : text.SequenceEqual("nan"u8) ? 3
        : text.SequenceEqual("null"u8) ? 4
        : text.SequenceEqual("NULL"u8) ? 5
        : text.SequenceEqual("None"u8) ? 6
        : -1;

    public static bool IsNaN(ReadOnlySpan<byte> text) => text.SequenceEqual("NaN"u8) || text.SequenceEqual("nan"u8);

    /// <summary>Whether the text is one that the user named.</summary>
    public bool IsOwnNull(ReadOnlySpan<byte> text)
    {
        foreach (byte[] word in _own ?? [])
        {
            if (text.SequenceEqual(word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the cell is null in a column of this type; a quoted empty field is an empty text in a column of texts.</summary>
    public bool IsNull(ReadOnlySpan<byte> text, bool quoted, ColumnType type) =>
        text.IsEmpty ? !quoted || type != ColumnType.String || IsOwnNull(text)
        : IsOwn ? IsOwnNull(text)
        : type != ColumnType.String && IsWord(text) && !(type == ColumnType.Double && IsNaN(text));
}
