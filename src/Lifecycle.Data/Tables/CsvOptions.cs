namespace Lifecycle.Data;

/// <summary>How a CSV is read.</summary>
public sealed record CsvOptions
{
    /// <summary>
    /// The byte between fields; null finds it among comma, semicolon, tab and bar: the one that gives the most rows of the first 64 KiB
    /// the same number of fields, and more than one.
    /// </summary>
    public char? Delimiter { get; init; }

    /// <summary>Whether the first row holds names; if not, the columns are <c>c1</c>, <c>c2</c>, ... True by default.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>
    /// Texts that mean "nothing here", in every column. Null keeps the rule: the empty field everywhere, and <c>NA N/A NaN nan null NULL None</c>
    /// only in columns whose other values are all of one type that is not text (in a Double column <c>NaN</c> is the number).
    /// </summary>
    public IReadOnlyList<string>? Nulls { get; init; }

    internal byte DelimiterByte => Delimiter is > '\0' and < '\x80' and not ('"' or '\r' or '\n')
        ? (byte)Delimiter.Value
        : throw new ArgumentException("The delimiter of a CSV must be one ASCII character other than a quote or a line break.");
}
