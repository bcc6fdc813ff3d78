namespace Lifecycle.Data.Tests;

/// <summary>A small table of random columns: texts, whole numbers, floats with NaN, flags, nulls.</summary>
internal sealed class RandomTable
{
    public RandomTable(int seed, int most = 120)
    {
        Random random = SeededRandom.Of(seed);
        int rows = random.Next(1, most);
        int columns = random.Next(1, 5);
        List<BatchColumn> made = [];
        for (int c = 0; c < columns; c++)
        {
            made.Add(Column($"q{c}", random.Next(0, 4), random, rows));
        }

        int kind = random.Next(0, 4);
        made.Add(Column("s", kind, random, rows));
        SensitiveIsNumber = kind is 1 or 2;
        Batch = new ColumnBatch(made);
        QuasiIdentifiers = [.. made.SkipLast(1).Select(c => c.Name)];
    }

    public ColumnBatch Batch { get; }

    public string[] QuasiIdentifiers { get; }

    public string Sensitive => "s";

    public bool SensitiveIsNumber { get; }

    private static BatchColumn Column(string name, int kind, Random random, int rows)
    {
        int values = random.Next(1, 7);
        bool[]? valid = random.Next(0, 2) == 0 ? null : [.. Enumerable.Range(0, rows).Select(_ => random.Next(0, 8) > 0)];
        int[] picks = [.. Enumerable.Range(0, rows).Select(_ => random.Next(0, values))];
        return kind switch
        {
            0 => Cells.Of(name, picks.Select(p => $"v{p}").ToArray(), valid),
            1 => Cells.Of(name, picks.Select(p => (long)(p - 2) * 1000).ToArray(), valid),
            2 => Cells.Of(name, picks.Select(p => p == 3 ? double.NaN : (p - 1) / 3d).ToArray(), valid),
            _ => Cells.Of(name, picks.Select(p => p % 2 == 0).ToArray(), valid),
        };
    }
}

/// <summary>k, l and t by LINQ, as their definitions read.</summary>
internal sealed record NaiveRisk(int Classes, int K, int Alone, int Small, int DistinctL, double EntropyL, double CategoryT, double NumberT)
{
    public static NaiveRisk Of(RandomTable table) => Of(
        [.. Enumerable.Range(0, table.Batch.RowCount).Select(r => string.Join('\u001f', table.QuasiIdentifiers.Select(q => Text(table.Batch[q], r))))],
        [.. Enumerable.Range(0, table.Batch.RowCount).Select(r => Text(table.Batch["s"], r))],
        table.SensitiveIsNumber ? [.. Enumerable.Range(0, table.Batch.RowCount).Select(r => Number(table.Batch["s"], r))] : null);

    public static NaiveRisk Of(string[] keys, string[] sensitive, double[]? numbers)
    {
        List<int[]> classes = [.. Enumerable.Range(0, keys.Length).GroupBy(r => keys[r]).Select(g => g.ToArray())];
        return new NaiveRisk(
            classes.Count,
            classes.Min(c => c.Length),
            classes.Count(c => c.Length == 1),
            classes.Where(c => c.Length < 5).Sum(c => c.Length),
            classes.Min(c => c.Select(r => sensitive[r]).Distinct().Count()),
            Math.Exp(classes.Min(c => c.GroupBy(r => sensitive[r]).Sum(g => -((double)g.Count() / c.Length) * Math.Log((double)g.Count() / c.Length)))),
            classes.Max(c => Categories([.. c.Select(r => sensitive[r])], sensitive)),
            numbers is null ? 0 : classes.Max(c => Numbers([.. c.Select(r => numbers[r])], numbers)));
    }

    public static double Categories(string[] some, string[] all) =>
        all.Distinct().Sum(v => Math.Abs(((double)some.Count(s => s == v) / some.Length) - ((double)all.Count(s => s == v) / all.Length))) / 2;

    public static double Numbers(double[] some, double[] all)
    {
        double[] sorted = [.. all.Distinct().Order()];
        double difference = 0;
        double sum = 0;
        foreach (double value in sorted)
        {
            difference += ((double)some.Count(s => s.Equals(value)) / some.Length) - ((double)all.Count(s => s.Equals(value)) / all.Length);
            sum += Math.Abs(difference);
        }

        return sorted.Length < 2 ? 0 : sum / (sorted.Length - 1);
    }

    public static string Text(BatchColumn column, int row) => column.Text(row) ?? "\u0000null";

    // null stands below NaN below all numbers: NaN is the least double in .NET's order, and null here a number below all that occur and the NaN a greater one
    public static double Number(BatchColumn column, int row) => column.IsNull(row) ? -1e300 : column.ToDoubles()[row] is var v && double.IsNaN(v) ? -1e299 : v;
}

/// <summary>The same numbers for the same seed on every machine.</summary>
internal static class SeededRandom
{
    public static Random Of(int seed) => new(seed);
}

/// <summary>Columns for tests.</summary>
internal static class Cells
{
    public static BatchColumn<T> Of<T>(string name, T[] values, bool[]? valid = null) => BatchColumn.Of<T>(name, values, valid);
}
