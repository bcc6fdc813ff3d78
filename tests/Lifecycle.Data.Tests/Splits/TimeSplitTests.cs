using System.Globalization;
using System.Text;

namespace Lifecycle.Data.Tests;

public sealed class TimeSplitTests
{
    private static string Table(int from, int count) =>
        "id,who,day\n" + string.Concat(Enumerable.Range(from, count).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{i},{i % 9},{new DateOnly(2020, 1, 1).AddDays(i / 3):yyyy-MM-dd}\n")));

    [Fact]
    public async Task Fractions_BecomeCutsOnce_AndTheDefinitionKeepsThem()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table(0, 1000)));
        DatasetSplit split = await v.SplitAsync(s => s.ByTime("day").Into(("train", .7), ("validation", .1), ("test", .2)));
        Assert.Equal(["2020-08-21", "2020-09-23"], split.Definition.TimeCuts);
        Assert.Equal([699L, 99, 202], split.Parts.Select(p => p.Rows));
        DateOnly[] train = (await split["train"].ReadAllAsync()).Column<DateOnly>("day").Values.ToArray();
        DateOnly[] test = (await split["test"].ReadAllAsync()).Column<DateOnly>("day").Values.ToArray();
        Assert.True(train.Max() < test.Min());
        Assert.Equal(
            $$"""{"format":"lifecycle.split/1","dataset":"t","tree":"{{v.Digest}}","file":"t.csv","key":[],"salt":"lifecycle","time":{"column":"day","cuts":["2020-08-21","2020-09-23"]},"parts":[{"name":"train","fraction":0.7},{"name":"validation","fraction":0.1},{"name":"test","fraction":0.2}],"types":[{"column":"day","type":"Date"}]}""",
            Encoding.UTF8.GetString(await DatasetCatalog.ReadBlobAsync(w.Local.Blobs, split.Digest, 1 << 20, default)));

        // the next version is cut at the same days, not at new ones
        DatasetVersion more = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table(0, 1500)));
        DatasetSplit again = await more.SplitAsync(split.Definition);
        Assert.Equal([699L, 99, 702], again.Parts.Select(p => p.Rows));
        DatasetReference reference = again["test"];
        Assert.Equal("lifecycle:dataset/t@2#test", reference.Uri);
    }

    [Fact]
    public async Task Cuts_AreFixed_AndLeakageOfKeysAndGroupsIsFound()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table(0, 300)));
        DatasetSplit split = await v.SplitAsync(s => s.By("who").ByTime("day", new DateTime(2020, 2, 1)).Into("before", "after"));
        Assert.Equal(["2020-02-01"], split.Definition.TimeCuts);
        Assert.Equal([93L, 207], split.Parts.Select(p => p.Rows));
        LeakageReport report = await split.CheckLeakageAsync(group: "who", label: "id");
        Assert.Equal((9L, 9L, 0L), (report.Keys, report.Groups, report.Rows));
        Assert.Equal(9, report.KeyExamples.Count);
        Assert.All(report.KeyExamples, e => Assert.Equal(e.First % 9, e.Second % 9));
        Assert.Contains("9 keys", (await Assert.ThrowsAsync<LeakageException>(async () => await split.RequireNoLeakageAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongCuts_AreRefused()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", "id,day,x\n1,2020-01-01,0.5\n2,,1.5\n"));
        DateTime day = new(2020, 1, 1);
        await Assert.ThrowsAsync<ArgumentException>(async () => await v.SplitAsync(s => s.ByTime("x").Into(("a", .5), ("b", .5))));
        await Assert.ThrowsAsync<ArgumentException>(async () => await v.SplitAsync(s => s.ByTime("day", day, day.AddDays(1)).Into("a", "b")));
        await Assert.ThrowsAsync<ArgumentException>(async () => await v.SplitAsync(s => s.ByTime("day", day.AddDays(1), day).Into("a", "b", "c")));
        await Assert.ThrowsAsync<ArgumentException>(async () => await v.SplitAsync(s => s.ByTime("day", day).Stratify("id").Into("a", "b")));
        DatasetException missing = await Assert.ThrowsAsync<DatasetException>(async () => await v.SplitAsync(s => s.ByTime("day", day).Into("a", "b")));
        Assert.Contains("Row 1 has no value in 'day'", missing.Message, StringComparison.Ordinal);
        DatasetSplit whole = await v.SplitAsync(s => s.ByTime("id").Into(("a", .5), ("b", .5)));
        Assert.Equal(["2"], whole.Definition.TimeCuts);
    }

    [Fact]
    public void Lanes_AreSha256()
    {
        Random random = new(9);
        Sha256Lanes lanes = new();
        UInt128[] hashes = new UInt128[Sha256Lanes.Lanes];
        for (int length = 0; length <= Sha256Lanes.MostBytes; length++)
        {
            byte[][] messages = [.. Enumerable.Range(0, Sha256Lanes.Lanes).Select(lane =>
            {
                byte[] message = new byte[lane % 2 == 0 ? length : random.Next(Sha256Lanes.MostBytes + 1)];
                random.NextBytes(message);
                lanes.Set(lane, message);
                return message;
            })];
            lanes.Hash(hashes);
            Assert.Equal(
                messages.Select(m => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(System.Security.Cryptography.SHA256.HashData(m))), hashes);
        }
    }
}
