using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck.Xunit;

namespace Lifecycle.Validation.Tests.Contracts;

/// <summary>Every expectation about cells and rows against a plain check of the same rule, over records and over columns, across chunks.</summary>
public class NaiveTests
{
    private const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>What a plain check says of each row: true, false, or null when it is not judged.</summary>
    private delegate bool?[] Oracle(Line[] lines);

    private static (Action<RecordColumnRules<Line, T>> Records, Action<TableColumnRules> Columns) Both<T>(Action<ColumnRules> rules) => (r => rules(r), c => rules(c));

    private static void Same<T>(int seed, Func<Line, T> value, string name, Func<ColumnRules, ColumnRules> rules, Oracle oracle)
    {
        foreach (Line[] lines in Tables(seed))
        {
            bool?[] expected = oracle(lines);
            (Action<RecordColumnRules<Line, T>> records, Action<TableColumnRules> columns) = Both<T>(r => rules(r));
            Compare(expected, Assert.Single(DataContract.For<Line>("t").Column(value, records, name).Check(lines).Findings));
            foreach (int batch in (int[])[lines.Length, 1000])
            {
                ColumnContract contract = DataContract.ForColumns("t").Column(name, columns);
                Compare(expected, Assert.Single(contract.Check(lines.Chunk(Math.Max(1, batch)).Select(Line.Columns)).Findings));
            }
        }
    }

    private static void SameRows(int seed, Func<RecordRowRules<Line>, RecordRowRules<Line>> records, Func<TableRowRules, TableRowRules> columns, Oracle oracle)
    {
        foreach (Line[] lines in Tables(seed))
        {
            bool?[] expected = oracle(lines);
            DataContract<Line> contract = DataContract.For<Line>("t").Column(l => l.X).Column(l => l.B).Column(l => l.S);
            Compare(expected, Assert.Single(contract.Rows(r => records(r)).Check(lines).Findings));
            ColumnBatch batch = Line.Columns(lines).Select("X", "B", "S", "Y", "I", "L");
            Compare(expected, Assert.Single(DataContract.ForColumns("t").Rows(r => columns(r)).Check(batch).Findings));
        }
    }

    private static IEnumerable<Line[]> Tables(int seed) => [Line.Some(seed, 1 + seed % 130), Line.Some(seed + 1, 5_000 + seed % 4_000)];

    private static void Compare(bool?[] expected, ContractFinding finding)
    {
        long[] broken = [.. Enumerable.Range(0, expected.Length).Where(i => expected[i] == false).Select(i => (long)i)];
        long evaluated = expected.LongCount(e => e is not null);
        Assert.Equal((evaluated, (long)broken.Length), (finding.Evaluated, finding.Unexpected));
        Assert.Equal(broken.Take(100), finding.Rows);
        Assert.Equal(evaluated == 0 || broken.Length > 0 ? Verdict.Fail : Verdict.Pass, finding.Verdict);
    }

    private static Oracle Cell<T>(Func<Line, T?> value, Func<T, bool> holds)
        where T : struct => lines => [.. lines.Select(l => value(l) is { } v && v is not double.NaN and not float.NaN ? holds(v) : (bool?)null)];

    private static Oracle Text(Func<string, bool> holds) => lines => [.. lines.Select(l => l.S is { } s ? holds(s) : (bool?)null)];

    private static bool IsMissing(double? x) => x is null or double.NaN;

    [Property(MaxTest = 8)]
    public void Missing(byte seed)
    {
        Same(seed, l => l.X, "X", c => c.Required(), lines => [.. lines.Select(l => (bool?)!IsMissing(l.X))]);
        Same(seed, l => l.S, "S", c => c.Required(), lines => [.. lines.Select(l => (bool?)(l.S is not null))]);
        Same(seed, l => l.F, "F", c => c.Required(), lines => [.. lines.Select(l => (bool?)!float.IsNaN(l.F))]);
        Same(seed, l => l.X, "X", c => c.AllMissing(), lines => [.. lines.Select(l => (bool?)IsMissing(l.X))]);
        Same(seed, l => l.X, "X", c => c.NoNaN(), lines => [.. lines.Select(l => l.X is { } x ? !double.IsNaN(x) : (bool?)null)]);
        Same(seed, l => l.Y, "Y", c => c.Finite(), Cell(l => l.Y, double.IsFinite));
        Same(seed, l => l.I, "I", c => c.OfType(ColumnType.Int64), Cell(l => l.I, _ => true));
        Same(seed, l => l.I, "I", c => c.OfType(ColumnType.String), Cell(l => l.I, _ => false));
    }

    [Property(MaxTest = 8)]
    public void Ranges(byte seed)
    {
        Same(seed, l => l.X, "X", c => c.Between(-4, 7.5), Cell(l => l.X, v => v is >= -4 and <= 7.5));
        Same(seed, l => l.X, "X", c => c.Between(-4, 7.5, exclusive: true), Cell(l => l.X, v => v is > -4 and < 7.5));
        Same(seed, l => l.I, "I", c => c.Between(-20.5, 20), Cell(l => l.I, v => v is >= -20 and <= 20));
        Same(seed, l => l.I, "I", c => c.Between(-20, 20, exclusive: true), Cell(l => l.I, v => v is > -20 and < 20));
        Same(seed, l => l.I, "I", c => c.Between(double.NegativeInfinity, 3e10), Cell(l => l.I, _ => true));
        Same(seed, l => l.L, "L", c => c.Between(1L << 60, (1L << 60) + 2048), Cell(l => (long?)l.L, v => v <= (1L << 60) + 2048));
        Same(seed, l => l.F, "F", c => c.Between(0.1, 2.7), Cell(l => (float?)l.F, v => v is >= 0.1f and <= 2.7f));
        Same(seed, l => l.D, "D", c => c.Between(new DateOnly(2026, 1, 10), new DateOnly(2026, 2, 1)), Cell(l => l.D, v => v >= new DateOnly(2026, 1, 10) && v <= new DateOnly(2026, 2, 1)));
        DateTime start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        Same(seed, l => l.T, "T", c => c.Between(start.AddTicks(100), start.AddTicks(900)), Cell(l => (DateTime?)l.T, v => v.Ticks - start.Ticks is >= 100 and <= 900));
        Same(seed, l => l.S, "S", c => c.Between(-10, 10), Text(s => double.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture, out double v) && v is >= -10 and <= 10));
    }

    [Property(MaxTest = 8)]
    public void Sets(byte seed)
    {
        string[] names = ["good", "owner", "12"];
        Same(seed, l => l.S, "S", c => c.In(names), Text(s => names.Contains(s)));
        Same(seed, l => l.S, "S", c => c.NotIn(names), Text(s => !names.Contains(s)));
        Same(seed, l => l.S, "S", c => c.In(12, -7.5), Text(s => s is "12" or "-7.5"));
        Same(seed, l => l.I, "I", c => c.In("1", "2", "x"), Cell(l => l.I, v => v is 1 or 2));
        Same(seed, l => l.I, "I", c => c.NotIn(1, 2), Cell(l => l.I, v => v is not (1 or 2)));
        Same(seed, l => l.F, "F", c => c.In(0.1, 0.2, 2.9), Cell(l => (float?)l.F, v => v is 0.1f or 0.2f or 2.9f));
        Same(seed, l => l.B, "B", c => c.In("true"), Cell(l => l.B, v => v));
        Same(seed, l => l.D, "D", c => c.In("2026-01-03", "2026-01-04"), Cell(l => l.D, v => v.Month == 1 && v.Day is 3 or 4 && v.Month == 1));
        Same(seed, l => l.X, "X", c => c.ExistsIn([1.0, 2.0, 3.5]), Cell(l => l.X, v => v is 1 or 2 or 3.5));
        Same(seed, l => l.S, "S", c => c.ExistsIn(names), Text(s => names.Contains(s)));
    }

    [Property(MaxTest = 8)]
    public void Texts(byte seed)
    {
        Same(seed, l => l.S, "S", c => c.Matches("^[a-z]+$"), Text(s => Regex.IsMatch(s, "^[a-z]+$")));
        Same(seed, l => l.S, "S", c => c.NotMatches("a"), Text(s => !s.Contains('a', StringComparison.Ordinal)));
        Same(seed, l => l.I, "I", c => c.Matches("^-"), Cell(l => l.I, v => v < 0));
        Same(seed, l => l.S, "S", c => c.LengthBetween(2, 5), Text(s => s.Length is >= 2 and <= 5));
        Same(seed, l => l.S, "S", c => c.NoPadding(), Text(s => s.Trim() == s));
        Same(seed, l => l.S, "S", c => c.ValidText(), Text(s => !s.Any(char.IsControl) && !s.Contains('\uFFFD') && s.EnumerateRunes().All(r => r.Value != 0xFFFD)));
        Same(seed, l => l.S, "S", c => c.ParsesAs(CellFormat.Integer), Text(s => long.TryParse(s, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)));
        Same(seed, l => l.S, "S", c => c.ParsesAs(CellFormat.Number), Text(s => double.TryParse(s, Plain, CultureInfo.InvariantCulture, out _)));
        Same(seed, l => l.S, "S", c => c.ParsesAs(CellFormat.Date("yyyy-MM-dd")), Text(s => s == "2026-01-31"));
        Same(seed, l => l.S, "S", c => c.ParsesAs(CellFormat.Guid), Text(s => Guid.TryParse(s, out _)));
        Same(seed, l => l.S, "S", c => c.ParsesAs(CellFormat.Json), Text(IsJson));
    }

    [Property(MaxTest = 8)]
    public void Code(byte seed)
    {
        foreach (Line[] lines in Tables(seed))
        {
            bool?[] cells = [.. lines.Select(l => l.I is { } i && l.B == true ? i % 3 != 0 : (bool?)null)];
            Compare(cells, Assert.Single(DataContract.For<Line>("t").Column(l => l.I, c => c.Satisfies(i => i % 3 != 0).Where(l => l.B == true)).Check(lines).Findings));
            Compare(cells, Assert.Single(DataContract.ForColumns("t")
                .Column("I", c => c.Satisfies((double i) => i % 3 != 0, "no multiple of 3").Where(r => r.Text("B") == "true")).Check(Line.Columns(lines)).Findings));
            bool?[] rows = [.. lines.Select(l => (bool?)(l.I > 0 || l.S is null))];
            Compare(rows, Assert.Single(DataContract.For<Line>("t").Rows(r => r.Satisfies(l => l.I > 0 || l.S is null)).Check(lines).Findings));
            Compare(rows, Assert.Single(DataContract.ForColumns("t")
                .Rows(r => r.Satisfies(l => l.Number("I") > 0 || l.IsMissing("S"), "one of them")).Check(Line.Columns(lines)).Findings));
        }
    }

    [Property(MaxTest = 8)]
    public void OrderAndKeys(byte seed)
    {
        Same(seed, l => l.X, "X", c => c.Increasing(), Ordered(l => IsMissing(l.X) ? null : l.X, (a, b) => b >= a));
        Same(seed, l => l.I, "I", c => c.Increasing(strict: true), Ordered(l => l.I, (a, b) => b > a));
        Same(seed, l => l.T, "T", c => c.Decreasing(), Ordered(l => (DateTime?)l.T, (a, b) => b <= a));
        Same(seed, l => l.L, "L", c => c.Decreasing(strict: true), Ordered(l => (long?)l.L, (a, b) => b < a));
        Same(seed, l => l.Id, "Id", c => c.Increasing(strict: true), lines => [.. lines.Select(_ => (bool?)true)]);
        Same(seed, l => l.L, "L", c => c.Unique(), Once(l => (object)l.L));
        Same(seed, l => l.X, "X", c => c.Unique(), Once(l => IsMissing(l.X) ? null : (object)l.X!));
        Same(seed, l => l.S, "S", c => c.Unique(), Once(l => l.S));
    }

    [Property(MaxTest = 8)]
    public void Rows(byte seed)
    {
        SameRows(seed, r => r.LessOrEqual(l => l.X, l => l.Y), r => r.LessOrEqual("X", "Y"), Pair((x, y) => x <= y));
        SameRows(seed, r => r.EqualTo(l => l.X, l => l.Y), r => r.EqualTo("X", "Y"), Pair((x, y) => x == y));
        SameRows(seed, r => r.EqualTo(l => l.X, l => l.Y, 1), r => r.EqualTo("X", "Y", 1), Pair((x, y) => Math.Abs(x - y) <= 1));
        SameRows(seed, r => r.LessOrEqual(l => l.I, l => l.L), r => r.LessOrEqual("I", "L"), Cell(l => l.I, _ => true));
        SameRows(seed, r => r.UniqueTogether(l => l.S, l => l.I), r => r.UniqueTogether("S", "I"), Once(l => l.S is null || l.I is null ? null : (l.S, l.I)));
    }

    [Property(MaxTest = 8)]
    public void DuplicatesAndLabels(byte seed)
    {
        foreach (Line[] lines in Tables(seed))
        {
            static (double?, string?) Key(Line l) => (IsMissing(l.X) ? null : l.X, l.S);
            ColumnBatch columns = Line.Columns(lines).Select("X", "S");
            Oracle once = Once(l => (Key(l).Item1 ?? double.MinValue, Key(l).Item2));
            Compare(once(lines), Assert.Single(DataContract.For<Line>("t").Column(l => l.X).Column(l => l.S).Rows(r => r.NoDuplicates()).Check(lines).Findings));
            Compare(once(lines), Assert.Single(DataContract.ForColumns("t").Rows(r => r.NoDuplicates()).Check(columns).Findings));

            Dictionary<(double?, string), bool> first = [];
            bool?[] labels = [.. lines.Select(l => l.B is not { } b ? (bool?)null : first.TryAdd((Key(l).Item1, l.S ?? "(none)"), b) || first[(Key(l).Item1, l.S ?? "(none)")] == b)];
            Compare(labels, Assert.Single(DataContract.For<Line>("t").Column(l => l.X).Column(l => l.S).Rows(r => r.NoConflictingLabels(l => l.B)).Check(lines).Findings));
            Compare(labels, Assert.Single(DataContract.ForColumns("t").Rows(r => r.NoConflictingLabels("B")).Check(Line.Columns(lines).Select("X", "S", "B")).Findings));
        }
    }

    private static Oracle Pair(Func<double, double, bool> holds) =>
        lines => [.. lines.Select(l => IsMissing(l.X) || IsMissing(l.Y) ? (bool?)null : holds(l.X!.Value, l.Y!.Value))];

    private static Oracle Once(Func<Line, object?> key) => lines =>
    {
        HashSet<object> seen = [];
        return [.. lines.Select(l => key(l) is { } k ? seen.Add(k) : (bool?)null)];
    };

    private static Oracle Ordered<T>(Func<Line, T?> value, Func<T, T, bool> holds)
        where T : struct => lines =>
    {
        T? before = null;
        List<bool?> told = [];
        foreach (Line line in lines)
        {
            T? now = value(line);
            told.Add(now is null ? null : before is not { } last || holds(last, now.Value));
            before = now ?? before;
        }

        return [.. told];
    };

    private static bool IsJson(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return true;
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return false;
        }
    }
}
