namespace Lifecycle.Data.Tests;

public sealed class RowDiffTests
{
    [Fact]
    public async Task MoreThanTheMemory_GoesToTemporaryFiles_AndComesOutTheSame()
    {
        await using TestWorkspace w = new();
        DatasetVersion v1 = await w.Datasets.CommitAsync("t", w.Write("t.csv", "id,v\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},{i % 7}\n"))));
        DatasetVersion v2 = await w.Datasets.CommitAsync("t", w.Write("t.csv", "id,v\n" + string.Concat(Enumerable.Range(500, 20_000).Reverse().Select(i => $"{i},{(i % 1000 == 0 ? -1 : i % 7)}\n"))));
        string folder = Directory.CreateDirectory(w.Path("spill")).FullName;
        int files = 0;
        List<string> spilled = [];
        await foreach (RowChange change in w.Datasets.DiffRowsAsync(v1, v2, "t.csv", ["id"], new RowDiffOptions { Memory = RowDiffOptions.LeastMemory, TemporaryFolder = folder }))
        {
            files = Math.Max(files, OpenIn(folder));
            Assert.True(OperatingSystem.IsWindows() || Directory.GetFiles(folder).Length == 0, "a process that dies would leave rows behind");
            spilled.Add(NaiveRowDiff.Show(change));
        }

        Assert.True(files > 2 || !OperatingSystem.IsLinux(), "nothing was spilled");
        Assert.Empty(Directory.GetFiles(folder));
        Assert.Equal(await ShowAsync(w, v1, v2, ["id"], null), spilled);
        Assert.Equal(500 + 19 + 500, spilled.Count);
    }

    [Fact]
    public async Task WithAKey_TheLargerSideDecides_WhetherRowsAreSpilled()
    {
        await using TestWorkspace w = new();
        DatasetVersion small = await w.Datasets.CommitAsync("t", w.Write("t.csv", "id,v\n1,2\n"));
        DatasetVersion large = await w.Datasets.CommitAsync("t", w.Write("t.csv", "id,v\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},{i % 7}\n"))));
        RowDiffOptions options = new() { Memory = RowDiffOptions.LeastMemory };
        Assert.InRange(await new RowDiff(small, large, null, ["id"], options).PartsAsync(default), 2, 64);
        Assert.InRange(await new RowDiff(large, small, null, ["id"], options).PartsAsync(default), 2, 64);
        Assert.Equal(1, await new RowDiff(small, large, null, [], options).PartsAsync(default));
    }

    [Fact]
    public async Task WithAKey_AlsoTheKeysOfAddedRows_DecideWhetherRowsAreSpilled()
    {
        await using TestWorkspace w = new();
        string rows = "id,v\n" + string.Concat(Enumerable.Range(0, 2_000).Select(i => $"{i},{i % 7}\n"));
        DatasetVersion one = await w.Datasets.CommitAsync("t", w.Write("t.csv", rows));
        DatasetVersion two = await w.Datasets.CommitAsync("u", w.Write("t.csv", rows + string.Concat(Enumerable.Range(2_000, 2_000).Select(i => $"{i},1\n"))));
        RowDiffOptions options = new() { Memory = 2_000 * 100 }; // a row takes 66 bytes, its key 57
        Assert.Equal(3, await new RowDiff(one, two, null, ["id"], options).PartsAsync(default));
        Assert.Equal(1, await new RowDiff(one, two, null, [], options).PartsAsync(default));
        Assert.Equal(1, await new RowDiff(one, one, null, ["id"], options).PartsAsync(default));
        Assert.Equal(3, await new RowDiff(two, one, null, ["id"], new() { Memory = 4_000 * 60 }).PartsAsync(default));
    }

    [Theory]
    [InlineData("1.50", "n/a")]
    [InlineData("TRUE", "maybe")]
    [InlineData("NA", "x")]
    [InlineData("2020-01-01T10:00Z", "soon")]
    public async Task ATypeThatBecameText_ChangesNoRow(string cell, string added)
    {
        await using TestWorkspace w = new();
        string rows = $"id,x\n1,{cell}\n2,{(cell == "NA" ? "5" : cell)}\n";
        DatasetVersion v1 = await w.Datasets.CommitAsync("t", w.Write("t.csv", rows));
        DatasetVersion v2 = await w.Datasets.CommitAsync("t", w.Write("t.csv", rows + $"3,{added}\n"));
        Assert.Equal((false, ColumnType.String), (v1.Schema!["x"].Type == ColumnType.String, v2.Schema!["x"].Type));
        foreach (int? parts in new int?[] { null, 3 })
        {
            Assert.StartsWith("Added", Assert.Single(await ShowAsync(w, v1, v2, ["id"], new RowDiffOptions { Parts = parts })), StringComparison.Ordinal);
            Assert.StartsWith("Removed", Assert.Single(await ShowAsync(w, v2, v1, null, new RowDiffOptions { Parts = parts })), StringComparison.Ordinal);
        }
    }

    // files of the folder that this process has open; they have no name any more
    private static int OpenIn(string folder) => !OperatingSystem.IsLinux() ? 0 : Directory.GetFiles("/proc/self/fd")
        .Count(f => TargetOf(f)?.StartsWith(folder + "/", StringComparison.Ordinal) == true);

    private static string? TargetOf(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, false)?.FullName;
        }
        catch (IOException)
        {
            return null; // closed meanwhile
        }
    }

    [Fact]
    public async Task ValuesAreComparedByType_OrAsText()
    {
        await using TestWorkspace w = new();
        DatasetVersion v1 = await w.Datasets.CommitAsync("t", w.Write("t.csv", "id,x,y,z\n1,1.0,-0.0,NaN\n2,5,0.0,7.25\n3,1,1,\n"), configure: null);
        DatasetVersion v2 = await w.Datasets.CommitAsync("t", w.Write("t.csv", "id,x,y,z\n1,1.00,0.0,NaN\n2,5.0,-0.0,7.5\n3,1,1,\n"), configure: null);
        Assert.Equal(["Changed 1 1 z:7.25>7.5"], await ShowAsync(w, v1, v2, ["id"], null));
        Assert.Equal(["Changed 0 0 x:1.0>1.00;y:-0.0>0.0", "Changed 1 1 x:5>5.0;y:0.0>-0.0;z:7.25>7.5"], await ShowAsync(w, v1, v2, ["id"], new RowDiffOptions { CompareText = true }));
    }

    [Fact]
    public async Task IntegersAndDecimals_AreOneKey_UnlessTheyDiffer()
    {
        await using TestWorkspace w = new();
        DatasetVersion v1 = await w.Datasets.CommitAsync("t", w.Write("t.csv", "k,v\n1,a\n2,b\n9007199254740993,c\n"));
        DatasetVersion v2 = await w.Datasets.CommitAsync("t", w.Write("t.csv", "k,v\n1.0,a\n2.5,b\n9007199254740992.0,c\n"));
        Assert.Equal(
            ["Added  1 k:null>2.5;v:null>b", "Added  2 k:null>9007199254740992;v:null>c", "Removed 1  k:2>null;v:b>null", "Removed 2  k:9007199254740993>null;v:c>null"],
            await ShowAsync(w, v1, v2, ["k"], null));
    }

    [Fact]
    public async Task DuplicateKeys_AreRefusedWithFiveOfThem()
    {
        await using TestWorkspace w = new();
        DatasetVersion good = await w.Datasets.CommitAsync("t", w.Write("t.csv", "k,v\n1,a\n2,b\n"));
        DatasetVersion bad = await w.Datasets.CommitAsync("t", w.Write("t.csv", "k,v\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"{i % 10},{i}\n"))));
        DuplicateKeyException old = await Assert.ThrowsAsync<DuplicateKeyException>(async () => await ShowAsync(w, bad, good, ["k"], null));
        Assert.Equal([("0", 0, 10), ("1", 1, 11), ("2", 2, 12), ("3", 3, 13), ("4", 4, 14)], old.Examples);
        Assert.Contains("t@2", old.Message, StringComparison.Ordinal);
        DuplicateKeyException @new = await Assert.ThrowsAsync<DuplicateKeyException>(async () => await ShowAsync(w, good, bad, ["k"], null));
        Assert.Equal([("0", 0, 10), ("1", 1, 11), ("2", 2, 12), ("3", 3, 13), ("4", 4, 14)], @new.Examples);
        Assert.Equal(22, (await ShowAsync(w, good, bad, ["k"], new RowDiffOptions { AsMultiset = true })).Count);
    }

    [Fact]
    public async Task AMillionTwins_AreNoQuadraticWork()
    {
        await using TestWorkspace w = new();
        DatasetVersion v1 = await w.Datasets.CommitAsync("t", w.Write("t.csv", "k\n" + string.Concat(Enumerable.Repeat("1\n", 300_000))));
        DatasetVersion v2 = await w.Datasets.CommitAsync("t", w.Write("t.csv", "k\n" + string.Concat(Enumerable.Repeat("1\n", 300_003))));
        Assert.Equal(["Added  300000 k:null>1", "Added  300001 k:null>1", "Added  300002 k:null>1"], await ShowAsync(w, v1, v2, null, null));
        Assert.Equal(3, (await ShowAsync(w, v2, v1, null, null)).Count);
    }

    [Fact]
    public async Task OnlyColumnsOfBoth_AreCompared_AndTheSchemaTellsTheOthers()
    {
        await using TestWorkspace w = new();
        DatasetVersion v1 = await w.Datasets.CommitAsync("t", w.Write("t.csv", "id,gone,x,y\n1,9,1,2\n"));
        DatasetVersion v2 = await w.Datasets.CommitAsync("t", w.Write("t.csv", "y,id,x,fresh\n2,1,1.5,7\n"));
        Assert.Equal(["Changed 0 0 x:1>1.5"], await ShowAsync(w, v1, v2, ["id"], null));
        SchemaDiff schema = v1.DiffSchema(v2);
        Assert.Equal(["fresh"], schema.Added.Select(c => c.Name));
        Assert.Equal(["gone"], schema.Removed.Select(c => c.Name));
        Assert.Equal(["x"], schema.TypeChanged.Select(c => c.New.Name));
        Assert.Equal(["y"], schema.Moved);
        Assert.True(v1.DiffSchema(v1).IsEmpty);
        await Assert.ThrowsAsync<UnknownColumnException>(async () => await ShowAsync(w, v1, v2, ["gone"], null));
    }

    [Fact]
    public async Task AChange_TellsItself()
    {
        await using TestWorkspace w = new();
        DatasetVersion v1 = await w.Datasets.CommitAsync("t", w.Write("t.csv", "id,rate\n4711,3.5\n1,2\n"));
        DatasetVersion v2 = await w.Datasets.CommitAsync("t", w.Write("t.csv", "id,rate\n4711,3.25\n2,\n"));
        List<string> told = await w.Datasets.DiffRowsAsync(v1, v2, "t.csv", key: ["id"]).Select(c => c.ToString()).ToListAsync();
        Assert.Equal(["~ 4711: rate 3.5 -> 3.25", "+ 2: id 2, rate null", "- 1: id 1, rate 2"], told);
    }

    private static async Task<List<string>> ShowAsync(TestWorkspace w, DatasetVersion v1, DatasetVersion v2, string[]? key, RowDiffOptions? options) =>
        await w.Datasets.DiffRowsAsync(v1, v2, null, key, options).Select(NaiveRowDiff.Show).ToListAsync();
}
