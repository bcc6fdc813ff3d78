using System.Globalization;
using System.Text;

namespace Lifecycle.Data.Tests;

public sealed class DatasetSplitTests
{
    private static string Table(int rows, Func<int, string> row) => "id,g,y\n" + string.Concat(Enumerable.Range(1, rows).Select(row));

    [Fact]
    public async Task Parts_ArePartition_AndEqualTheFormula()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table(5000, i => $"{i},{i % 7},{i % 3}\n")));
        DatasetSplit split = await v.SplitAsync(s => s.By("id").Into(("train", .8), ("validation", .1), ("test", .1)));
        List<long> all = [];
        foreach ((DatasetPart part, double low, double high) in new[] { (split["train"], 0, .8), (split["validation"], .8, .9), (split["test"], .9, 1.01) })
        {
            ColumnBatch rows = await part.ReadAllAsync();
            long[] ids = rows.Column<long>("id").Values.ToArray();
            Assert.Equal(part.Rows, ids.Length);
            Assert.Equal(ids.Order(), ids);
            Assert.All(ids, id => Assert.InRange(RowHash.PositionOf("lifecycle", id.ToString(CultureInfo.InvariantCulture)) / 18446744073709551616.0, low, high));
            Assert.Equal(part.Rows / 5000.0, part.Share);
            all.AddRange(ids);
        }

        Assert.Equal(Enumerable.Range(1, 5000).Select(i => (long)i), all.Order());
    }

    [Fact]
    public async Task Split_Append_MovesNoRow()
    {
        await using TestWorkspace w = new();
        string file = w.Write("t.csv", Table(2000, i => $"{i},{i % 7},{i % 3}\n"));
        DatasetSplit before = await (await w.Datasets.CommitAsync("t", file)).SplitAsync(s => s.Into(("train", .7), ("test", .3)));
        w.Write("t.csv", Table(3000, i => $"{i},{i % 7},{i % 3}\n"));
        DatasetSplit after = await (await w.Datasets.CommitAsync("t", file)).SplitAsync(s => s.Into(("train", .7), ("test", .3)));
        long[] old = (await before["train"].ReadAllAsync(["id"])).Column<long>("id").Values.ToArray();
        long[] now = (await after["train"].ReadAllAsync(["id"])).Column<long>("id").Values.ToArray();
        Assert.Equal(old, now.Where(id => id <= 2000));
        Assert.NotEqual(before.Digest, after.Digest);
    }

    [Fact]
    public async Task Hmda_WithoutKey_KeepsEqualRowsTogether()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("mortgages", Samples.Hmda);
        DatasetSplit split = await v.SplitAsync(s => s.Into(("train", .8), ("test", .2)));
        Assert.Equal(2380, split.Parts.Sum(p => p.Rows));
        Assert.InRange(split["train"].Share, .77, .83);
        await split.RequireNoLeakageAsync();
        DatasetReference reference = split["train"];
        Assert.Equal(
            ("mortgages", split.Digest.ToString(), v.Id, "lifecycle:dataset/mortgages@1#train", split["train"].Rows),
            (reference.Name, reference.Digest, reference.Version, reference.Uri, reference.Rows!.Value));
        ColumnBatch all = await v.ReadAllAsync();
        int[] parts = [.. RowHash.Positions(all).Select(p => p < (ulong)(.8 * 18446744073709551616.0) ? 0 : 1)];
        Assert.Equal(parts.Count(p => p == 1), split["test"].Rows);
        List<ColumnBatch> read = await split["test"].ReadRowsAsync(["deny", "lvrat"]).ToListAsync();
        Assert.Equal(["deny", "lvrat"], read[0].Schema.Select(c => c.Name));
        Assert.Equal(split["test"].Rows, read.Sum(b => b.RowCount));
    }

    [Fact]
    public async Task Definition_IsGolden_KeptOnce_AndAudited()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table(100, i => $"{i},{i % 2},0\n")));
        DatasetSplit one = await v.SplitAsync(s => s.By("id").Into(("train", .8), ("test", .2)).Stratify("g").Salt("s"));
        int blobs = await w.BlobsAsync();
        DatasetSplit two = await v.SplitAsync(s => s.By("id").Into(("train", .8), ("test", .2)).Stratify("g").Salt("s"));
        Assert.Equal(one.Digest, two.Digest);
        Assert.Equal(blobs, await w.BlobsAsync());
        Assert.Equal(["dataset.committed", "dataset.split"], (await w.AuditAsync()).Select(e => e.Action));
        Assert.Equal(
            $$"""{"format":"lifecycle.split/1","dataset":"t","tree":"{{v.Digest}}","file":"t.csv","key":["id"],"salt":"s","stratify":"g","parts":[{"name":"train","fraction":0.8},{"name":"test","fraction":0.2}],"types":[{"column":"id","type":"Int64"},{"column":"g","type":"Int64"}]}""",
            Encoding.UTF8.GetString(await DatasetCatalog.ReadBlobAsync(w.Local.Blobs, one.Digest, 1 << 20, default)));
    }

    [Fact]
    public async Task Strata_HavePositionsOfTheirOwn_AndSmallOnesWarn()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table(1000, i => $"{i % 500},{(i <= 500 ? "x" : "y")},0\n") + "7,z,0\n"));
        DatasetSplit split = await v.SplitAsync(s => s.By("id").Into(("a", .5), ("b", .5)).Stratify("g"));
        ColumnBatch a = await split["a"].ReadAllAsync(["id", "g"]);
        ILookup<string, long> ids = Enumerable.Range(0, a.RowCount).ToLookup(i => a["g"].Text(i)!, i => a.Column<long>("id").Values.Span[i]);
        Assert.NotEqual(ids["x"].Order(), ids["y"].Order());
        Assert.Equal(2, split.Warnings.Count);
        Assert.All(split.Warnings, text => Assert.Contains("'z'", text, StringComparison.Ordinal));
        using MemoryStream key = new();
        key.Write("lifecycle\u001ex\u001f"u8);
        key.Write([1, 0, 0, 0, (byte)'5']);
        bool inA = System.Security.Cryptography.SHA256.HashData(key.ToArray())[0] < 0x80;
        Assert.Equal(inA, ids["x"].Contains(5));
    }

    [Fact]
    public async Task Leakage_IsFoundByGroupAndByLabel()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table(400, i => $"{i},{i % 10},0\n")));
        DatasetSplit byRow = await v.SplitAsync(s => s.By("id").Into(("train", .5), ("test", .5)));
        await byRow.RequireNoLeakageAsync();
        LeakageException e = await Assert.ThrowsAsync<LeakageException>(async () => await byRow.RequireNoLeakageAsync(group: "g"));
        Assert.Equal((0L, 10L), (e.Report.Rows, e.Report.Groups));
        Assert.Contains("Split by 'g'", e.Message, StringComparison.Ordinal);
        Assert.Equal(10, e.Report.GroupExamples.Count);
        await (await v.SplitAsync(s => s.By("g").Into(("train", .5), ("test", .5)))).RequireNoLeakageAsync(group: "g");
        LeakageReport label = await byRow.CheckLeakageAsync(label: "id");
        Assert.Equal((0L, 10L), (label.Keys, label.Rows));
        await Assert.ThrowsAsync<UnknownColumnException>(async () => await byRow.CheckLeakageAsync(group: "nope"));
        await (await v.SplitAsync(s => s.Group("g").Into(("train", .5), ("test", .5)))).RequireNoLeakageAsync(group: "g");
    }

    [Fact]
    public async Task WrongDefinitions_AreRefusedBeforeAnythingIsRead()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table(10, i => $"{i},0,0\n")));
        await Assert.ThrowsAsync<UnknownColumnException>(async () => await v.SplitAsync(s => s.By("nope").Into(("a", .5), ("b", .5))));
        foreach ((string, double)[] parts in new (string, double)[][] { [], [("a", 1)], [("a", .5), ("b", .6)], [("a", .5), ("a", .5)], [("a", 0), ("b", 1)], [("a", double.NaN), ("b", .5)] })
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await v.SplitAsync(s => s.Into(parts)));
        }

        await Assert.ThrowsAsync<InvalidNameException>(async () => await v.SplitAsync(s => s.Into(("../x", .5), ("b", .5))));
        DatasetSplit split = await v.SplitAsync(s => s.Into(("a", .5), ("b", .5)));
        Assert.Contains("a, b", Assert.Throws<DatasetException>(() => split["c"]).Message, StringComparison.Ordinal);
    }
}
