namespace Lifecycle.Serving;

/// <summary>
/// What is written to the inference log in place of the values of a column. There is no hash without a key: values that can be guessed can be
/// found again behind one.
/// </summary>
public sealed class Redaction
{
    private const int MostKept = 64;

    private readonly RedactionKind _kind;
    private readonly int _keepLast;
    private readonly IPseudonymKeySource? _keys;

    private Redaction(RedactionKind kind, int keepLast = 0, IPseudonymKeySource? keys = null)
    {
        _kind = kind;
        _keepLast = keepLast;
        _keys = keys;
    }

    /// <summary>Nothing: the column is not in the log.</summary>
    public static Redaction Drop { get; } = new(RedactionKind.Drop);

    /// <summary>Four stars and the last characters of the value; a value that is not longer than these is four stars alone.</summary>
    /// <param name="keepLast">Characters that stay, 0 to 64.</param>
    public static Redaction Mask(int keepLast)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keepLast);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keepLast, MostKept);
        return new Redaction(RedactionKind.Mask, keepLast);
    }

    /// <summary>The pseudonym of the value in the domain <c>&lt;model&gt;/&lt;column&gt;</c>, see <see cref="Pseudonyms"/>: equal values stay equal.</summary>
    /// <param name="key">The key; without it nothing can be joined or guessed.</param>
    public static Redaction Hmac(PseudonymKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Hmac(PseudonymKeys.Of(key));
    }

    /// <summary>The pseudonym of the value in the domain <c>&lt;model&gt;/&lt;column&gt;</c>, see <see cref="Pseudonyms"/>: equal values stay equal.</summary>
    /// <param name="keys">Gives its current key once, at the start.</param>
    public static Redaction Hmac(IPseudonymKeySource keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return new Redaction(RedactionKind.Hmac, keys: keys);
    }

    /// <summary>The redaction of one column, ready for use.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="column">Name of the column.</param>
    /// <param name="store">The folder of the store, in which no key may lie; null when there is none.</param>
    /// <param name="cancellationToken">Cancels the asking for a key.</param>
    internal async ValueTask<ColumnRedaction> ForAsync(string model, string column, string? store, CancellationToken cancellationToken)
    {
        if (_keys is null)
        {
            return new ColumnRedaction(_kind, _keepLast, null);
        }

        if (store is not null && _keys.File is { } file && IsInside(Path.GetFullPath(file), Path.GetFullPath(store)))
        {
            throw new PseudonymKeyException($"The key file '{file}' lies inside the folder of the store, '{store}'. Move it out: whoever gets the log would get the key.");
        }

        PseudonymKey key = await _keys.GetAsync(null, cancellationToken).ConfigureAwait(false);
        return new ColumnRedaction(_kind, 0, new Pseudonyms(key, $"{model}/{column}"));
    }

    private static bool IsInside(string file, string folder) =>
        file.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}

/// <summary>How a column is hidden.</summary>
internal enum RedactionKind : byte
{
    None,
    Drop,
    Mask,
    Hmac,
}
