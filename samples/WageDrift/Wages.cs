using Lifecycle;
using Lifecycle.Drift;

namespace WageDrift;

/// <summary>Slices of the survey.</summary>
internal static class Wages
{
    // Consumer price index for all urban consumers (CPI-U), US city average, all items, 1982-84 = 100, annual averages:
    // US Bureau of Labor Statistics.
    public const double PricesOf1992 = 140.3;
    public const double PricesOf2004 = 188.9;

    /// <summary>Dollars of 2004 that buy what a dollar of 1992 bought.</summary>
    public const double Inflation = PricesOf2004 / PricesOf1992;

    public static ColumnBatch Year(ColumnBatch rows, string year) => Where(rows, "year", year).Select("earnings", "degree", "gender", "age");

    public static ColumnBatch Where(ColumnBatch rows, string column, string label) =>
        rows.Rows([.. Enumerable.Range(0, rows.RowCount).Where(i => rows[column].Text(i) == label)]);

    public static ColumnBatch EveryOther(ColumnBatch rows, int first) => rows.Rows([.. Enumerable.Range(0, rows.RowCount).Where(i => i % 2 == first)]);

    public static ColumnBatch Half(ColumnBatch rows, int half) => rows.Rows([.. Enumerable.Range(0, rows.RowCount).Where(i => 2 * i / rows.RowCount == half)]);

    public static string[] Labels(ColumnBatch rows, string column) =>
        [.. Enumerable.Range(0, rows.RowCount).Select(i => rows[column].Text(i)!).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Rows of 1992 with earnings in the money of 2004.</summary>
    public static ColumnBatch InDollarsOf2004(ColumnBatch rows) => new(
        rows.Columns.Select(c => c.Name == "earnings" ? BatchColumn.Of<double>("earnings", Array.ConvertAll(c.ToDoubles(), e => e * Inflation)) : c));

    /// <summary>Earnings as they were paid, and in the money of 2004.</summary>
    public static ColumnBatch BothWays(ColumnBatch rows, double inflation)
    {
        double[] earnings = rows["earnings"].ToDoubles();
        return new ColumnBatch(
        [
            BatchColumn.Of<double>("earnings", earnings), BatchColumn.Of<double>("earnings in dollars of 2004", Array.ConvertAll(earnings, e => e * inflation)),
        ]);
    }

    public static ReferenceProfile Profile(ColumnBatch rows) => ReferenceProfile.From(rows, p =>
    {
        foreach (BatchColumn column in rows.Columns)
        {
            if (column.Name.StartsWith("earnings", StringComparison.Ordinal))
            {
                p.Unit(column.Name, "dollars an hour");
            }
            else if (column.Name == "age")
            {
                p.Unit(column.Name, "years");
            }
        }
    });
}
