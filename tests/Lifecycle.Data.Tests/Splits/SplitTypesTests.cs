using System.Globalization;
using System.Text;

namespace Lifecycle.Data.Tests;

/// <summary>A later row can make another type of a column that decides; no earlier row may move for it.</summary>
public sealed class SplitTypesTests
{
    public static TheoryData<string, string, ColumnType, ColumnType> Widenings() => new()
    {
        { "{0}.50", "n/a", ColumnType.Double, ColumnType.String },
        { "{0}.50", "1e400", ColumnType.Double, ColumnType.String },
        { "{0}", "7.25", ColumnType.Int64, ColumnType.Double },
        { "9007199254740{0:000}", "7.25", ColumnType.Int64, ColumnType.Double },
        { "{0}", "x", ColumnType.Int64, ColumnType.String },
        { "20{0:00}-01-02", "2020-01-01T10:00:00", ColumnType.Date, ColumnType.DateTime },
        { "20{0:00}-01-02", "soon", ColumnType.Date, ColumnType.String },
        { "20{0:00}-01-02T10:00Z", "soon", ColumnType.DateTime, ColumnType.String },
        { "{1}", "maybe", ColumnType.Boolean, ColumnType.String },
        { "{2}", "x", ColumnType.Int64, ColumnType.String },
    };

    [Theory]
    [MemberData(nameof(Widenings))]
    public async Task Append_ThatWidensTheKey_MovesNoRow(string cell, string added, ColumnType before, ColumnType after)
    {
        await using TestWorkspace w = new();
        string rows = "id,x\n" + string.Concat(Enumerable.Range(0, 90).Select(i =>
            $"{i},{string.Format(CultureInfo.InvariantCulture, cell, i, i % 2 == 0 ? "TRUE" : "false", i % 2 == 0 ? "NA" : "" + i)}\n"));
        string file = w.Write("t.csv", rows);
        foreach (string[] key in new[] { ["x"], Array.Empty<string>() })
        {
            string name = "t" + key.Length;
            w.Write("t.csv", rows);
            DatasetVersion one = await w.Datasets.CommitAsync(name, file);
            w.Write("t.csv", rows + $"90,{added}\n");
            DatasetVersion two = await w.Datasets.CommitAsync(name, file);
            Assert.Equal((before, after), (one.Schema!["x"].Type, two.Schema!["x"].Type));
            DatasetSplit first = await one.SplitAsync(s => s.By(key).Into(("a", .5), ("b", .5)));
            foreach (DatasetSplit second in new[]
            {
                await two.SplitAsync(first.Definition), await two.SplitAsync(s => s.By(key).Into(("a", .5), ("b", .5))),
                await two.SplitAsync(await w.Datasets.OpenSplitDefinitionAsync(first.Digest)),
            })
            {
                Assert.Equal(await IdsAsync(first), (await IdsAsync(second)).Where(id => id < 90));
                Assert.Equal(after, (await second["a"].ReadAllAsync()).Schema["x"].Type);
            }
        }
    }

    // Which version is split first decides the types; a definition takes them along.
    [Fact]
    public async Task AnotherStore_MakesTheSameParts_FromTheDefinition()
    {
        await using TestWorkspace w = new(), other = new();
        string rows = "id,x\n" + string.Concat(Enumerable.Range(0, 90).Select(i => $"{i},{i}.50\n"));
        DatasetSplit first = await (await w.Datasets.CommitAsync("t", w.Write("t.csv", rows))).SplitAsync(s => s.By("x").Into(("a", .5), ("b", .5)));
        DatasetVersion later = await other.Datasets.CommitAsync("t", other.Write("t.csv", rows + "90,n/a\n"));
        DatasetSplit handed = await later.SplitAsync(first.Definition);
        Assert.Equal(await IdsAsync(first), (await IdsAsync(handed)).Where(id => id < 90));
        Assert.Equal(await IdsAsync(handed), await IdsAsync(await later.SplitAsync(s => s.By("x").Into(("a", .5), ("b", .5)))));

        await using TestWorkspace third = new();
        DatasetSplit begun = await (await third.Datasets.CommitAsync("t", third.Write("t.csv", rows + "90,n/a\n"))).SplitAsync(s => s.By("x").Into(("a", .5), ("b", .5)));
        Assert.NotEqual(await IdsAsync(first), (await IdsAsync(begun)).Where(id => id < 90));
    }

    [Fact]
    public async Task Append_OfAColumn_MovesNoRow()
    {
        await using TestWorkspace w = new();
        string file = w.Write("t.csv", "id,x\n" + string.Concat(Enumerable.Range(0, 90).Select(i => $"{i},{i * 3}\n")));
        DatasetSplit first = await (await w.Datasets.CommitAsync("t", file)).SplitAsync(s => s.Into(("a", .5), ("b", .5)));
        w.Write("t.csv", "id,x,y\n" + string.Concat(Enumerable.Range(0, 90).Select(i => $"{i},{i * 3},{i % 4}\n")));
        DatasetSplit second = await (await w.Datasets.CommitAsync("t", file)).SplitAsync(first.Definition);
        Assert.Equal(await IdsAsync(first), await IdsAsync(second));
    }

    [Theory]
    [InlineData("id,x\n", "'y'")]
    [InlineData("id,x,z\n", "'y'")]
    [InlineData("ID,x,z\n", "'id', 'y'")]
    public async Task WithoutBy_AColumnThatIsGone_IsRefused(string header, string gone)
    {
        await using TestWorkspace w = new();
        string file = w.Write("t.csv", "id,x,y\n" + string.Concat(Enumerable.Range(0, 90).Select(i => $"{i},{i * 3},{i % 4}\n")));
        await (await w.Datasets.CommitAsync("t", file)).SplitAsync(s => s.Into(("a", .5), ("b", .5)));
        int columns = header.Count(c => c == ',') + 1;
        w.Write("t.csv", header + string.Concat(Enumerable.Range(0, 90).Select(i => $"{i},{i * 3}{(columns > 2 ? $",{i % 4}" : "")}\n")));
        DatasetVersion two = await w.Datasets.CommitAsync("t", file);
        DatasetException e = await Assert.ThrowsAsync<DatasetException>(async () => await two.SplitAsync(s => s.Into(("a", .5), ("b", .5))));
        Assert.Contains($"decided by {gone} too, which t@2 does not have", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("Name columns that stay with By(...), or choose another salt.", e.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await two.SplitAsync(s => s.By("x").Into(("a", .5), ("b", .5)))).Parts.Count);
        Assert.Equal(2, (await two.SplitAsync(s => s.Salt("new").Into(("a", .5), ("b", .5)))).Parts.Count);
    }

    [Fact]
    public async Task AnEarlierSplitOfANewerVersion_IsNotPassedOver()
    {
        await using TestWorkspace w = new();
        DatasetVersion one = await w.Datasets.CommitAsync("t", w.Write("t.csv", "id\n1\n2\n"));
        DatasetSplit split = await one.SplitAsync(s => s.By("id").Into(("a", .5), ("b", .5)));
        Digest newer = (await w.Local.Blobs.PutAsync(new MemoryStream("{\"format\":\"lifecycle.split/2\",\"other\":[1]}"u8.ToArray()))).Digest;
        await w.Local.Database.WriteAsync(async (t, token) =>
            await t.ExecuteAsync("UPDATE data_split SET digest = $new WHERE digest = $old", [("$new", newer.ToString()), ("$old", split.Digest.ToString())], token));
        foreach (Func<Task> call in new Func<Task>[]
        {
            async () => await one.SplitAsync(s => s.By("id").Into(("a", .5), ("b", .5))), async () => await w.Datasets.OpenSplitDefinitionAsync(newer),
        })
        {
            DatasetException e = await Assert.ThrowsAnyAsync<DatasetException>(call);
            Assert.Contains($"{newer} was written by a newer version", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(split.Digest, (await one.SplitAsync(split.Definition)).Digest);
    }

    // the only table of a version may get another name; of two it is another one
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheOnlyTable_ByAnotherName_IsTheSame(bool hasTwo)
    {
        await using TestWorkspace w = new();
        string rows = "x\n" + string.Concat(Enumerable.Range(0, 90).Select(i => $"{i}.50\n"));
        DatasetSplit first = await (await w.Datasets.CommitAsync("t", w.Write("old/t.csv", rows))).SplitAsync(s => s.By("x").Into(("a", .5), ("b", .5)));
        w.Write("new/u.csv", rows + "n/a\n");
        if (hasTwo)
        {
            w.Write("new/v.csv", "x\n1\n");
        }

        DatasetVersion two = await w.Datasets.CommitAsync("t", w.Path("source", "new"));
        DatasetSplit second = await two.SplitAsync(s => s.File("u.csv").By("x").Into(("a", .5), ("b", .5)));
        Assert.Equal(hasTwo ? ColumnType.String : ColumnType.Double, second.Definition.Types![0].Type);
        Assert.Equal(!hasTwo, (await ValuesAsync(first)).SequenceEqual((await ValuesAsync(second)).Where(v => v != "n/a")));
    }

    [Fact]
    public async Task ATimeThatIsNoneAnyMore_IsRefused_ByNameAndTypes()
    {
        await using TestWorkspace w = new();
        string file = w.Write("t.csv", "day\n2020-01-01\n2020-02-01\n2020-03-01\n");
        DatasetSplit first = await (await w.Datasets.CommitAsync("t", file)).SplitAsync(s => s.ByTime("day").Into(("a", .5), ("b", .5)));
        w.Write("t.csv", "day\n2020-01-01\nsoon\n");
        DatasetVersion two = await w.Datasets.CommitAsync("t", file);
        DatasetException e = await Assert.ThrowsAsync<DatasetException>(async () => await two.SplitAsync(first.Definition));
        Assert.Contains("'day' as Date; t@2 has it as String", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("Commit 'day' as Date, or give the parts anew with ByTime.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADefinition_OpensAgain_InItsOldFormToo()
    {
        await using TestWorkspace w = new();
        DatasetVersion one = await w.Datasets.CommitAsync("t", w.Write("t.csv", "id,g\n" + string.Concat(Enumerable.Range(0, 90).Select(i => $"{i},{i % 2}\n"))));
        DatasetSplit split = await one.SplitAsync(s => s.By("id").Stratify("g").Salt("s").Into(("a", .25), ("b", .75)));
        SplitDefinition opened = await w.Datasets.OpenSplitDefinitionAsync(split.Digest);
        Assert.Equal(split.Digest, (await one.SplitAsync(opened)).Digest);
        Assert.Equal(
            (split.Definition.File, "s", "g", "id", "a 0.25, b 0.75"),
            (opened.File, opened.Salt, opened.Stratum, Assert.Single(opened.Key), string.Join(", ", opened.Parts.Select(p => FormattableString.Invariant($"{p.Name} {p.Fraction}")))));

        string text = Encoding.UTF8.GetString(await DatasetCatalog.ReadBlobAsync(w.Local.Blobs, split.Digest, 1 << 20, default));
        string old = text[..text.IndexOf(",\"types\"", StringComparison.Ordinal)] + "}";
        Digest kept = (await w.Local.Blobs.PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(old)))).Digest;
        Assert.Equal(split.Digest, (await one.SplitAsync(await w.Datasets.OpenSplitDefinitionAsync(kept))).Digest);

        DatasetException e = await Assert.ThrowsAsync<DatasetException>(async () => await w.Datasets.OpenSplitDefinitionAsync(one.Record));
        Assert.Contains("no definition of a split", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEarlierSplitThatCannotBeRead_StopsNoOther()
    {
        await using TestWorkspace w = new();
        string rows = "id,x,day\n" + string.Concat(Enumerable.Range(0, 90).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{i}.50,2020-01-{1 + (i % 28):00}\n")));
        DatasetVersion one = await w.Datasets.CommitAsync("t", w.Write("t.csv", rows));
        DatasetSplit lost = await one.SplitAsync(s => s.By("x").Salt("lost").Into(("a", .5), ("b", .5)));
        DatasetSplit damaged = await one.SplitAsync(s => s.By("x").Into(("a", .4), ("b", .6)));
        DatasetSplit kept = await one.SplitAsync(s => s.By("x").Into(("a", .5), ("b", .5)));
        await w.Local.Blobs.DeleteAsync(lost.Digest);
        await w.FlipAsync(damaged.Digest, 3);
        DatasetVersion two = await w.Datasets.CommitAsync("t", w.Write("t.csv", rows + "90,n/a,2020-03-01\n"));

        // the next one that gives the same positions says what the key is read as
        DatasetSplit again = await two.SplitAsync(s => s.By("x").Into(("a", .5), ("b", .5)));
        Assert.Equal([lost.Digest, damaged.Digest], new[] { lost, damaged }.Where(s => again.Warnings.Any(w => w.Contains(s.Digest.ToString(), StringComparison.Ordinal))).Select(s => s.Digest));
        Assert.Empty((await two.SplitAsync(kept.Definition)).Warnings);
        Assert.Equal(await IdsAsync(kept), (await IdsAsync(again)).Where(id => id < 90));
        Assert.Equal(2, (await two.SplitAsync(s => s.ByTime("day").Into(("a", .5), ("b", .5)))).Parts.Count);

        // whoever has the definition brings it back
        await Assert.ThrowsAsync<BlobNotFoundException>(async () => await w.Datasets.OpenSplitDefinitionAsync(lost.Digest));
        Assert.Equal(lost.Digest, (await one.SplitAsync(lost.Definition)).Digest);
        Assert.Equal("lost", (await w.Datasets.OpenSplitDefinitionAsync(lost.Digest)).Salt);
    }

    private static async Task<string[]> ValuesAsync(DatasetSplit split)
    {
        BatchColumn x = (await split["a"].ReadAllAsync(["x"]))["x"];
        return [.. Enumerable.Range(0, x.Count).Select(row => x.Text(row)!.Replace(".50", ".5", StringComparison.Ordinal))];
    }

    private static async Task<long[]> IdsAsync(DatasetSplit split) => (await split["a"].ReadAllAsync(["id"])).Column<long>("id").Values.ToArray();
}
