using FsCheck;
using FsCheck.Xunit;
using Lifecycle.Storage.Local;

namespace Lifecycle.Data.Parquet.Tests;

/// <summary>Rows of two Parquet files of every type, compared by the catalog and by lists.</summary>
public sealed class RowDiffTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lifecycle-data-parquet-").FullName;
    private readonly LocalWorkspace _local;
    private readonly DatasetCatalog _datasets;
    private int _tables;

    public RowDiffTests()
    {
        _local = LocalWorkspace.Open(Path.Combine(_folder, "store"));
        DatasetOptions options = new();
        options.Formats.Add(new ParquetFormat());
        _datasets = new DatasetCatalog(_local.Database, _local.Blobs, _local.Objects, _local.Audit, _local.Events, options: options);
    }

    public void Dispose()
    {
        _datasets.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _local.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // The younger table has rows of the older one, some of them with other cells, some in another order, and some of its own; and groups of another size.
    [Property(MaxTest = 25)]
    public void RowDiff_EqualsNaive(int seed, byte rows, byte nulls, PositiveInt groupRows)
    {
        Random random = new(seed);
        WrittenTable old = WrittenTable.Of(seed, rows, nulls / 300.0), others = WrittenTable.Of(seed + 1, rows + 5, nulls / 300.0);
        IEnumerable<(WrittenTable From, int Row)> kept = Enumerable.Range(0, rows).Where(_ => random.Next(5) > 0).Select(i => (random.Next(4) == 0 ? others : old, i)).ToList();
        kept = random.Next(2) == 0 ? kept : kept.OrderBy(_ => random.Next()).ToList();
        WrittenTable @new = WrittenTable.Of([.. kept, .. Enumerable.Range(rows, random.Next(6)).Select(i => (others, i))]);
        (DatasetVersion first, DatasetVersion second) = (Commit(old, groupRows.Get), Commit(@new, (groupRows.Get % 7) + 1));
        List<string> keyed = ByKey(old, @new), multiset = AsMultiset(old, @new);
        foreach (long memory in new[] { 256L << 20, RowDiffOptions.LeastMemory })
        {
            Assert.Equal(keyed, Show(first, second, ["id"], memory));
            Assert.Equal(multiset, Show(first, second, null, memory));
        }
    }

    private static List<string> ByKey(WrittenTable old, WrittenTable @new)
    {
        List<string> changes = [];
        for (int i = 0; i < @new.Rows; i++)
        {
            int before = Array.IndexOf(old.Ids, @new.Ids[i]);
            string[] differ = before < 0 ? [] : [.. WrittenTable.Names.Where(n => !Equals(old[n, before], @new[n, i]))];
            if (before < 0)
            {
                changes.Add($"+ {i} " + Tell(WrittenTable.Names, n => (null, @new[n, i])));
            }
            else if (differ.Length > 0)
            {
                changes.Add($"~ {before} {i} " + Tell(differ, n => (old[n, before], @new[n, i])));
            }
        }

        changes.AddRange(Enumerable.Range(0, old.Rows).Where(i => !@new.Ids.Contains(old.Ids[i])).Select(i => $"- {i} " + Tell(WrittenTable.Names, n => (old[n, i], null))));
        return changes;
    }

    private static List<string> AsMultiset(WrittenTable old, WrittenTable @new)
    {
        List<int> left = [.. Enumerable.Range(0, old.Rows)];
        List<string> changes = [];
        for (int i = 0; i < @new.Rows; i++)
        {
            int at = left.FindIndex(o => WrittenTable.Names.All(n => Equals(old[n, o], @new[n, i])));
            if (at < 0)
            {
                changes.Add($"+ {i} " + Tell(WrittenTable.Names, n => (null, @new[n, i])));
            }
            else
            {
                left.RemoveAt(at);
            }
        }

        changes.AddRange(left.Select(i => $"- {i} " + Tell(WrittenTable.Names, n => (old[n, i], null))));
        return changes;
    }

    private static string Tell(IEnumerable<string> names, Func<string, (object? Old, object? New)> cell) =>
        string.Join(";", names.Select(n => FormattableString.Invariant($"{n}:{cell(n).Old}>{cell(n).New}")));

    private List<string> Show(DatasetVersion old, DatasetVersion @new, string[]? key, long memory) => _datasets
        .DiffRowsAsync(old, @new, "t.parquet", key, new RowDiffOptions { Memory = memory })
        .Select(c => (c.Kind switch { RowChangeKind.Added => $"+ {c.NewRow} ", RowChangeKind.Removed => $"- {c.OldRow} ", _ => $"~ {c.OldRow} {c.NewRow} " })
            + string.Join(";", c.Cells.Select(x => FormattableString.Invariant($"{x.Column}:{x.Old}>{x.New}"))))
        .ToListAsync().AsTask().GetAwaiter().GetResult();

    private DatasetVersion Commit(WrittenTable table, int groupRows)
    {
        string file = Path.Combine(_folder, "t.parquet");
        File.WriteAllBytes(file, table.WriteAsync(groupRows).GetAwaiter().GetResult());
        return _datasets.CommitAsync(FormattableString.Invariant($"t{_tables++}"), file).AsTask().GetAwaiter().GetResult();
    }
}
