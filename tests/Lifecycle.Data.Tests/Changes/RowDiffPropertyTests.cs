using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Data.Tests;

/// <summary>Any two tables, compared by the catalog and by lists: by type and as text, by key and as a multiset, in memory and through temporary files.</summary>
public sealed class RowDiffPropertyTests : IDisposable
{
    private static readonly string[] Names = ["id", "x", "s", "d", "n"];

    // as they are written; null is the empty field
    private static readonly string?[][] Cells =
    [
        [null, "NA", "0", "0.0", "-0.0", "1", "1.0", "1.00", "2.5e1", "25", "NaN", "inf", "-1.5"],
        [null, "", "a,\"b\"\n", "\u00e9\ud83d\ude00", "s0", "S0", "NA", " s0"],
        [null, "null", "2024-02-29", "2024-03-01", "1999-12-31"],
        [null, "0", "7", "-7", "9007199254740992", "9007199254740993"],
    ];

    // Gives every column its type, whatever the others hold; the same in both tables and so no change.
    private static readonly string?[] Last = ["-1", "0.5", "s", "2024-12-31", "1"];

    private static readonly Gen<string?[]> Row =
        from x in Gen.Elements(Cells[0]) from s in Gen.Elements(Cells[1]) from d in Gen.Elements(Cells[2]) from n in Gen.Elements(Cells[3]) select new[] { x, s, d, n };

    private readonly TestWorkspace _workspace = new();
    private readonly Dictionary<List<string?[]>, DatasetVersion> _versions = [];
    private int _tables;

    public void Dispose() => _workspace.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Property(MaxTest = 60, EndSize = 150)]
    public Property RowDiff_EqualsNaive() => Prop.ForAll(
        (from old in Row.ListOf()
         from changed in Row.ListOf(old.Count)
         from fates in Gen.Choose(0, 9).ListOf(old.Count)
         from added in Row.ListOf()
         from oldIds in Gen.Shuffle(Enumerable.Range(0, old.Count))
         from moved in Gen.Elements(true, false)
         from order in Gen.Shuffle(Enumerable.Range(0, old.Count + added.Count))
         select Tables(old, changed, fates, added, oldIds, moved ? order : null)).ToArbitrary(),
        tables =>
        {
            foreach (bool asText in new[] { false, true })
            {
                List<NaiveCell?[]> old = Told(tables.Old, asText), @new = Told(tables.New, asText);
                AssertEqual(tables, asText, ["id"], NaiveRowDiff.ByKey(old, @new, [0], Names));
                AssertEqual(tables, asText, ["d", "id", "x"], NaiveRowDiff.ByKey(old, @new, [3, 0, 1], Names));
                AssertEqual(tables, asText, null, NaiveRowDiff.AsMultiset(old, @new, Names));
            }
        });

    [Property(MaxTest = 40, EndSize = 60)]
    public Property RowsThatStandSeveralTimes_EqualNaive() => Prop.ForAll(
        (from kinds in Row.NonEmptyListOf().Select(l => l.Take(4).ToList())
         from old in Gen.Elements(kinds.ToArray()).ListOf()
         from @new in Gen.Elements(kinds.ToArray()).ListOf()
         select (Old: Numbered(old), New: Numbered(@new))).ToArbitrary(),
        tables =>
        {
            foreach (bool asText in new[] { false, true })
            {
                List<string> expected = NaiveRowDiff.AsMultiset(Told(tables.Old, asText), Told(tables.New, asText), Names);
                AssertEqual(tables, asText, null, expected);
                AssertEqual(tables, asText, ["x"], expected);
            }
        });

    private static List<string?[]> Numbered(IEnumerable<string?[]> rows) => [.. rows.Select(r => (string?[])["1", .. r]), Last];

    private static (List<string?[]> Old, List<string?[]> New) Tables(
        List<string?[]> old, List<string?[]> changed, List<int> fates, List<string?[]> added, int[] ids, int[]? order)
    {
        static string?[] With(int id, string?[] cells) => [id.ToString(CultureInfo.InvariantCulture), .. cells];
        List<(int Place, string?[] Row)> rows = [.. old.Select((r, i) => (i, With(ids[i], fates[i] < 3 ? changed[i] : r))).Where(r => fates[r.i] < 8)];
        rows.AddRange(added.Select((r, i) => (old.Count + i, With(old.Count + i, r))));
        return ([.. old.Select((r, i) => With(ids[i], r)), Last], [.. (order is null ? rows : [.. rows.OrderBy(r => order[r.Place])]).Select(r => r.Row), Last]);
    }

    private static List<NaiveCell?[]> Told(List<string?[]> rows, bool asText) => [.. rows.Select(row => row.Select((c, i) => Told(c, i, asText)).ToArray())];

    private static NaiveCell? Told(string? cell, int column, bool asText)
    {
        bool isText = asText || column == 2;
        if (cell is null || (!isText && cell is "NA" or "null"))
        {
            return null;
        }

        if (isText || column != 1)
        {
            return NaiveCell.Text(cell);
        }

        double number = cell is "inf" ? double.PositiveInfinity : double.Parse(cell, CultureInfo.InvariantCulture);
        return new NaiveCell((number + 0.0).ToString(CultureInfo.InvariantCulture), number.ToString(CultureInfo.InvariantCulture));
    }

    private void AssertEqual((List<string?[]> Old, List<string?[]> New) tables, bool asText, string[]? key, List<string> expected)
    {
        (DatasetVersion old, DatasetVersion @new) = (Commit(tables.Old), Commit(tables.New));
        foreach (int? parts in new int?[] { null, 3 })
        {
            RowDiffOptions options = new() { Parts = parts, CompareText = asText, AsMultiset = key is ["x"] };
            Assert.Equal(expected, _workspace.Datasets.DiffRowsAsync(old, @new, null, key, options).Select(NaiveRowDiff.Show).ToListAsync().AsTask().GetAwaiter().GetResult());
        }
    }

    private DatasetVersion Commit(List<string?[]> rows)
    {
        if (!_versions.TryGetValue(rows, out DatasetVersion? version))
        {
            static string Write(string? cell, bool quoted) => cell is null ? "" : quoted ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
            string text = string.Join(',', Names) + "\n" + string.Concat(rows.Select(r => string.Join(',', r.Select((c, i) => Write(c, i == 2))) + "\n"));
            string name = string.Create(CultureInfo.InvariantCulture, $"t{_tables++}");
            version = _versions[rows] = _workspace.Datasets.CommitAsync(name, _workspace.Write("t.csv", text)).AsTask().GetAwaiter().GetResult();
        }

        return version;
    }
}
