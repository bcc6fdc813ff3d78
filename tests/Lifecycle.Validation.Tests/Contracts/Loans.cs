using System.Globalization;

namespace Lifecycle.Validation.Tests.Contracts;

/// <summary>The tables of the counts, as columns: numbers where every value is one, else texts; NA is missing.</summary>
internal static class Loans
{
    public static ColumnBatch? CreditScoring() => Find(["shared", "data", "credit-scoring.csv"]) is { } path ? Read(path) : null;

    public static ColumnBatch Hmda() => Read(Find(["samples", "data", "hmda.csv"])!);

    private static string? Find(string[] parts)
    {
        for (DirectoryInfo? up = new(AppContext.BaseDirectory); up is not null; up = up.Parent)
        {
            string path = Path.Combine([up.FullName, .. parts]);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    private static ColumnBatch Read(string path)
    {
        string[][] rows = [.. File.ReadLines(path).Select(l => l.Split(',').Select(c => c.Trim('"')).ToArray())];
        return new ColumnBatch(rows[0].Select((name, i) => Column(name, [.. rows.Skip(1).Select(r => r[i])])));
    }

    private static BatchColumn Column(string name, string[] cells)
    {
        bool[] there = [.. cells.Select(c => c != "NA")];
        bool numbers = cells.All(c => c == "NA" || double.TryParse(c, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        return numbers
            ? BatchColumn.Of<double>(name, cells.Select(c => c == "NA" ? 0 : double.Parse(c, CultureInfo.InvariantCulture)).ToArray(), there)
            : BatchColumn.Of<string>(name, cells, there);
    }
}
