using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Data.Tests;

public sealed partial class ColumnTypeTests
{
    private static readonly string[][] Kinds =
    [
        ["true", "FALSE", "False"],
        ["0", "1", "-7", "9223372036854775807", "-9223372036854775808"],
        ["1.5", "-0", "2e10", ".25", "7.", "inf", "-Infinity"],
        ["2024-02-29", "1999-12-31"],
        ["2024-02-29T23:59", "1999-12-31 00:00:00.5Z", "2024-01-01T00:00:00-05:30"],
        ["abc", "02134", "9223372036854775808", "2023-02-29", " 1", "1e", ".", "-"],
        ["", "\"\"", "NA", "NaN", "nan", "null"],
    ];

    [Property(MaxTest = 1000)]
    public Property Column_EqualsNaive() => Prop.ForAll(
        (from kinds in Gen.Elements(Kinds).NonEmptyListOf().Select(k => k.Take(2))
         from cells in Gen.Elements(kinds.SelectMany(k => k).ToArray()).ListOf()
         select cells).ToArbitrary(),
        cells =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes("c,d\n" + string.Concat(cells.Select(c => c + ",\n")));
            foreach (int blockBytes in new[] { 3, 40, 1 << 20 })
            {
                CsvScan scan = new("t.csv", new CsvOptions { Delimiter = ',' }, ProfileDepth.None, threads: 1, blockBytes);
                scan.Write(bytes);
                Assert.Equal(Naive([.. cells]), scan.Complete().Schema[0]);
            }
        });

    private static TableColumn Naive(string[] cells)
    {
        string[] words = ["NA", "null"];
        string[] notNumbers = ["NaN", "nan"];
        string[] values = [.. cells.Where(c => c.Trim('"').Length > 0 && !words.Contains(c) && !notNumbers.Contains(c))];
        (ColumnType Type, Func<string, bool> Fits)[] order =
        [
            (ColumnType.Boolean, v => bool.TryParse(v, out _)),
            (ColumnType.Int64, v => Whole().IsMatch(v) && v != "-0" && long.TryParse(v, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)),
            (ColumnType.Double, v => Infinite().IsMatch(v) || (Float().IsMatch(v) && (!Digits().IsMatch(v) || v == "-0" || long.TryParse(v, out _)))),
            (ColumnType.Date, v => DateOnly.TryParseExact(v, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)),
            (ColumnType.DateTime, v => Moment().IsMatch(v) && DateTimeOffset.TryParse(v, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)),
        ];
        ColumnType type = values.Length > 0 ? order.Where(o => values.All(o.Fits)).Select(o => o.Type).FirstOrDefault(ColumnType.String)
            : cells.Any(notNumbers.Contains) ? ColumnType.Double
            : ColumnType.String;
        bool nullable = cells.Any(c => c.Length == 0
            || (type != ColumnType.String && (c == "\"\"" || words.Contains(c) || (type != ColumnType.Double && notNumbers.Contains(c)))));
        return new TableColumn("c", type, nullable);
    }

    [GeneratedRegex(@"^-?(0|[1-9]\d*)$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^-?\d+$")]
    private static partial Regex Digits();

    [GeneratedRegex(@"^-?(inf|infinity)$", RegexOptions.IgnoreCase)]
    private static partial Regex Infinite();

    [GeneratedRegex(@"^-?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d+)?$")]
    private static partial Regex Float();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[-+]\d\d:\d\d)?)?$")]
    private static partial Regex Moment();
}
