using System.Globalization;

namespace Lifecycle.Data.Tests;

/// <summary>The slow way to profile a column: all cells in memory, sorted arrays, LINQ.</summary>
internal sealed class NaiveProfile
{
    private static readonly string[] Words = ["NA", "N/A", "NaN", "nan", "null", "NULL", "None"];

    public NaiveProfile(IReadOnlyList<(string Text, bool Quoted)> cells, ColumnType type)
    {
        bool isText = type == ColumnType.String;
        bool IsNull((string Text, bool Quoted) c) => c.Text.Length == 0 ? !isText || !c.Quoted
            : !isText && Words.Contains(c.Text) && !(type == ColumnType.Double && c.Text is "NaN" or "nan" && type == ColumnType.Double);
        Nulls = cells.Count(IsNull);
        Values = [.. cells.Where(c => !IsNull(c)).Select(c => c.Text)];
        Suspected = isText ? Values.Count(Words.Contains) : 0;
        Empty = isText ? Values.Count(v => v.Length == 0) : 0;
        if (type is ColumnType.Int64 or ColumnType.Double)
        {
            double[] numbers = [.. Values.Select(Number)];
            Numbers = [.. numbers.Where(double.IsFinite).Order()];
            NotNumbers = numbers.Count(double.IsNaN);
            Infinite = numbers.Count(double.IsInfinity);
            Zeros = numbers.Count(n => n == 0);
            Negatives = numbers.Count(n => n < 0);
            Keys = [.. type == ColumnType.Int64 ? Values : numbers.Select(n => (n + 0.0).ToString("R", CultureInfo.InvariantCulture))];
        }
        else
        {
            Keys = [.. Values.Select(v => type switch
            {
                ColumnType.Boolean => v.ToLowerInvariant(),
                ColumnType.DateTime => DateTimeOffset.Parse(v, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
                _ => v,
            })];
        }
    }

    public int Nulls { get; }

    public string[] Values { get; }

    /// <summary>One text for one value.</summary>
    public string[] Keys { get; }

    public int Suspected { get; }

    public int Empty { get; }

    public double[] Numbers { get; } = [];

    public int NotNumbers { get; }

    public int Infinite { get; }

    public int Zeros { get; }

    public int Negatives { get; }

    public double Mean => Numbers.Average();

    public double StandardDeviation => Math.Sqrt(Numbers.Sum(n => (n - Mean) * (n - Mean)) / (Numbers.Length - 1));

    public void Check(ColumnProfile column)
    {
        Assert.Equal((Values.Length, Nulls, Suspected, Empty), ((int)column.Count, (int)column.Nulls!, (int)column.SuspectedNulls, (int)column.EmptyTexts));
        Assert.Equal((Zeros, Negatives, NotNumbers, Infinite), ((int)column.Zeros, (int)column.Negatives, (int)column.NotNumbers, (int)(column.PositiveInfinite + column.NegativeInfinite)));
        Dictionary<string, int> counts = Keys.CountBy(k => k).ToDictionary(StringComparer.Ordinal);
        Assert.Equal((counts.Count, true), ((int)column.Distinct!, column.DistinctIsExact));
        Assert.Equal(
            counts.Values.OrderDescending().Take(64).Select(c => (long)c),
            column.Top.Select(t => t.Count));
        Assert.All(column.Top, t => Assert.Equal((counts[t.Text], 0), ((int)t.Count, (int)t.Error)));
        if (Numbers.Length > 0)
        {
            Assert.Equal((Numbers[0], Numbers[^1]), (column.Minimum, column.Maximum));
            Assert.InRange(column.Mean!.Value, Mean - (1e-9 * (1 + Math.Abs(Mean))), Mean + (1e-9 * (1 + Math.Abs(Mean))));
            foreach (double share in new[] { 0, .1, .5, .99, 1 })
            {
                Assert.Equal(Numbers[(int)Math.Min(Numbers.Length - 1, share * Numbers.Length)], column.Quantile(share));
            }
        }

        if (Numbers.Length > 1)
        {
            Assert.InRange(column.StandardDeviation!.Value, StandardDeviation * (1 - 1e-6), (StandardDeviation * (1 + 1e-6)) + 1e-9);
        }

        if (column.Type == ColumnType.String && Values.Length > 0)
        {
            int[] lengths = [.. Values.Select(v => v.EnumerateRunes().Count())];
            Assert.Equal((lengths.Min(), lengths.Max()), ((int)column.Lengths!.Minimum, (int)column.Lengths.Maximum));
            Assert.Equal(lengths.Average(), column.Lengths.Mean, 9);
        }

        if (column.Type is ColumnType.Date or ColumnType.DateTime)
        {
            Assert.Equal((Keys.Min(StringComparer.Ordinal), Keys.Max(StringComparer.Ordinal)), (column.MinimumText, column.MaximumText));
        }
    }

    private static double Number(string text) => text.ToUpperInvariant() switch
    {
        "INF" or "INFINITY" => double.PositiveInfinity,
        "-INF" or "-INFINITY" => double.NegativeInfinity,
        "NAN" => double.NaN,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };
}
