using System.Globalization;

namespace Lifecycle.Drift.Tests;

/// <summary>15,588 workers of the US Current Population Survey: 1992 is the reference, 2004 is new. The file lies in samples/data.</summary>
internal static class CpsTable
{
    private static readonly Lazy<string[][]> Rows = new(() =>
    [
        .. File.ReadLines(Path.Combine(Root(), "samples", "data", "cps-1992-2004.csv")).Skip(1).Select(l => l.Split(',').Select(c => c.Trim('"')).ToArray()),
    ]);

    public static double[] Earnings(string year) => Numbers(year, 1);

    public static double[] Age(string year) => Numbers(year, 4);

    public static string[] Text(string year, int column) => [.. Rows.Value.Where(r => r[0] == year).Select(r => r[column])];

    public static ColumnBatch Batch(string year) => new(
    [
        BatchColumn.Of<double>("earnings", Earnings(year)),
        BatchColumn.Of<int>("age", Age(year).Select(a => (int)a).ToArray()),
        BatchColumn.Of<string>("degree", Text(year, 2)),
        BatchColumn.Of<string>("gender", Text(year, 3)),
    ]);

    private static double[] Numbers(string year, int column) =>
        [.. Text(year, column).Select(t => double.Parse(t, CultureInfo.InvariantCulture))];

    public static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Lifecycle.Sdk.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests run inside the repository: no folder above holds Lifecycle.Sdk.sln.");
    }
}
