using System.Runtime.CompilerServices;
using System.Text;

namespace Lifecycle.Data.Tests;

public sealed class DatasetProfileTests
{
    [Fact]
    public async Task Commit_MakesTheProfile_AndKeepsItWithTheVersion()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("mortgages", Samples.Hmda);
        DatasetProfile profile = await (await w.Datasets.GetAsync("mortgages")).ProfileAsync();
        Assert.True(profile.IsFull);
        Assert.Equal(2380, profile.Rows);
        double[] sorted = [.. (await v.ReadAllAsync(columns: ["lvrat"]))["lvrat"].ToDoubles().Order()];
        Assert.InRange(profile["lvrat"].Quantile(0.99), sorted[(int)(.985 * 2380)], sorted[(int)(.995 * 2380)]);
        Assert.Equal((sorted[0], sorted[^1]), (profile["lvrat"].Minimum, profile["lvrat"].Maximum));
        Assert.Contains("lvrat", Assert.Throws<UnknownColumnException>(() => profile["nope"]).Message, StringComparison.Ordinal);
        Assert.Contains(v.Row.Profile!.Value, await new DatasetReferences(w.Local.Database, w.Local.Blobs).ReferencesAsync().ToListAsync());
        Assert.True((await w.Datasets.VerifyAsync(v)).IsSound);
    }

    [Fact]
    public async Task SameBytes_GiveTheSameProfileBytes_WhateverTheDataset()
    {
        await using TestWorkspace w = new();
        DatasetVersion one = await w.Datasets.CommitAsync("one", Samples.Hmda), two = await w.Datasets.CommitAsync("two", Samples.Hmda);
        Assert.Equal(one.Row.Profile, two.Row.Profile);
    }

    [Fact]
    public async Task WithoutProfile_ItIsMadeOnce_WhenItIsAskedFor()
    {
        await using TestWorkspace w = new();
        await using DatasetCatalog plain = w.Catalog(w.Local.Blobs, options: new DatasetOptions { Profile = ProfileDepth.None });
        DatasetVersion v = await plain.CommitAsync("t", Samples.Hmda);
        Assert.Null(v.Row.Profile);
        DatasetProfile made = await v.ProfileAsync();
        int blobs = await w.BlobsAsync();
        DatasetProfile again = await v.ProfileAsync();
        Assert.Contains(Digest.Of(ProfileJson.Write([made])), await new DatasetReferences(w.Local.Database, w.Local.Blobs).ReferencesAsync().ToListAsync());
        Assert.Equal(blobs, await w.BlobsAsync());
        byte[] committed = await DatasetCatalog.ReadBlobAsync(w.Local.Blobs, (await w.Datasets.CommitAsync("other", Samples.Hmda)).Row.Profile!.Value, 1 << 24, default);
        Assert.Equal(committed, ProfileJson.Write([made]));
        Assert.Equal(committed, ProfileJson.Write([again]));
    }

    [Fact]
    public async Task AColumnThatTurnsOutToBeText_IsReadOnceMore_InTheSameCommit()
    {
        await using TestWorkspace w = new();
        StringBuilder text = new("n,c\n");
        for (int i = 0; text.Length < CsvBlocks.ProfileBytes + 100_000; i++)
        {
            text.Append(i).Append(',').Append(i % 700).Append('\n');
        }

        text.Append("1,A7\n");
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", text.ToString()));
        ColumnProfile c = (await v.ProfileAsync())["c"];
        Assert.Equal((ColumnType.String, 701L, true, v.Rows ?? 0), (c.Type, c.Distinct ?? 0, c.DistinctIsExact, c.Count));
        Assert.Equal((1L, 3L), (c.Lengths!.Minimum, c.Lengths.Maximum));
    }

    [Fact]
    public async Task AProfileThatFails_DoesNotFailTheCommit()
    {
        await using TestWorkspace w = new();
        DatasetOptions options = new();
        options.Formats.Clear();
        options.Formats.Add(new Failing());
        await using DatasetCatalog datasets = w.Catalog(w.Local.Blobs, options: options);
        DatasetVersion v = await datasets.CommitAsync("t", w.Write("t.csv", "a\n1\n"));
        DatasetProfile profile = await v.ProfileAsync();
        Assert.Contains("no profile today", Assert.Single(profile.Problems), StringComparison.Ordinal);
        Assert.Equal(1, v.Rows);
        Assert.True((await datasets.VerifyAsync(v)).IsSound);

        // bytes that the store lost are another matter
        await w.Local.Blobs.DeleteAsync((await v.ListFilesAsync())[0].Digest);
        await Assert.ThrowsAsync<BlobNotFoundException>(async () => await v.ProfileAsync());
    }

    [Fact]
    public async Task SeveralTables_HaveAProfileEach()
    {
        await using TestWorkspace w = new();
        w.Write("f/a.csv", "x\n1\n2\n");
        w.Write("f/b.csv", "y,z\nu,1\n");
        w.Write("f/c.txt", "no table");
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Path("source", "f"));
        Assert.Equal(["x"], (await v.ProfileAsync("a.csv")).Columns.Select(c => c.Name));
        Assert.Equal(["y", "z"], (await v.ProfileAsync("b.csv")).Columns.Select(c => c.Name));
        await Assert.ThrowsAsync<DatasetException>(async () => await v.ProfileAsync());
        DatasetVersion text = await w.Datasets.CommitAsync("text", w.Path("source", "f", "c.txt"));
        Assert.Contains("(csv)", (await Assert.ThrowsAsync<DatasetException>(async () => await text.ProfileAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BrokenRows_AreToldInTheProfile()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", "a,b\n1,2\n3\n4,5\n"), configure: c => c.AllowProblems = true);
        DatasetProfile profile = await v.ProfileAsync();
        Assert.Contains("row 3, byte 8", Assert.Single(profile.Problems), StringComparison.Ordinal);
        Assert.Equal((3L, 2L), (profile.Rows, profile["a"].Count));
    }

    private sealed class Failing : TableFormat
    {
        private readonly CsvFormat _csv = new();

        public override string Name => "csv";

        public override bool Recognizes(string path) => _csv.Recognizes(path);

        public override TableScan BeginScan(string path, ProfileDepth depth = ProfileDepth.None) => new Scan(_csv.BeginScan(path, depth));

        public override ValueTask<DatasetProfile> ProfileAsync(Stream content, TableSummary table, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("no profile today");

        public override async IAsyncEnumerable<ColumnBatch> ReadAsync(
            Stream content, TableSummary table, IReadOnlyList<string>? columns, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (ColumnBatch batch in _csv.ReadAsync(content, table, columns, batchRows, cancellationToken))
            {
                yield return batch;
            }
        }

        private sealed class Scan(TableScan inner) : TableScan
        {
            public override void Write(ReadOnlySpan<byte> bytes) => inner.Write(bytes);

            public override TableSummary Complete() => inner.Complete();

            public override ValueTask<DatasetProfile?> ProfileAsync(Func<Stream> open, CancellationToken cancellationToken = default) =>
                throw new InvalidOperationException("no profile today");
        }
    }
}
