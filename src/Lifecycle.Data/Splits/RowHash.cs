namespace Lifecycle.Data;

/// <summary>
/// A stable hash of rows: which fold or part a row belongs to depends on its values alone, never on its place, on other rows or on a seed.
/// </summary>
/// <remarks>
/// The first 8 bytes, big endian, of SHA-256(UTF-8 salt ‖ 0x1F ‖ per value {u32 LE byte length, UTF-8 text}), null = FF FF FF FF.
/// Texts as <see cref="BatchColumn.Text"/>: integers invariant, floats in shortest round-trip form, dates ISO 8601.
/// </remarks>
public static class RowHash
{
    /// <summary>The salt when none is given.</summary>
    public const string DefaultSalt = KeyPosition.DefaultSalt;

    /// <summary>The position of one key in [0, 2^64).</summary>
    public static ulong PositionOf(string salt, params ReadOnlySpan<string?> key)
    {
        ArgumentNullException.ThrowIfNull(salt);
        return KeyPosition.Of(salt, key);
    }

    /// <summary>The position of every row in [0, 2^64).</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="salt">Another salt gives other positions.</param>
    /// <param name="key">Columns of the key; null takes all, in their order.</param>
    /// <exception cref="UnknownColumnException">A column is not there.</exception>
    public static ulong[] Positions(ColumnBatch batch, string salt = DefaultSalt, IReadOnlyList<string>? key = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(salt);
        BatchColumn[] columns = key is null ? [.. batch.Columns] : [.. key.Select(name => batch[name])];
        return new KeyPosition(salt).Of(columns, batch.RowCount);
    }

    /// <summary>A fold for every row, 0 to <paramref name="folds"/> - 1; equal rows are in one fold.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="folds">How many folds, at least 2.</param>
    /// <param name="salt">Another salt gives other folds.</param>
    /// <param name="key">Columns of the key; null takes all, in their order.</param>
    public static int[] Fold(ColumnBatch batch, int folds, string salt = DefaultSalt, IReadOnlyList<string>? key = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        ulong[] positions = Positions(batch, salt, key);
        ulong[] cuts = [.. Enumerable.Range(1, folds - 1).Select(i => (ulong)((UInt128.One << 64) * (UInt128)i / (UInt128)folds))];
        return [.. positions.Select(p => PartOf(p, cuts))];
    }

    /// <summary>The first part whose cut lies above the position; the last part has no cut.</summary>
    internal static int PartOf(ulong position, ReadOnlySpan<ulong> cuts)
    {
        int part = 0;
        while (part < cuts.Length && position >= cuts[part])
        {
            part++;
        }

        return part;
    }
}
