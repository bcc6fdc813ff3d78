namespace Lifecycle.Data.Tests;

public sealed class VerifyTests
{
    [Fact]
    public async Task SoundVersion_HasNoProblem()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("m", Samples.Hmda);
        DatasetVerification result = await w.Datasets.VerifyAsync(v);
        Assert.Empty(result.Problems);
        Assert.Equal((1L, 234_315L), (result.Files, result.Bytes));
    }

    [Fact]
    public async Task FlippedBit_IsFound_WhereverItIs()
    {
        await using TestWorkspace w = new();
        w.Write("f/a.csv", "n\n1\n");
        w.Write("f/b.bin", new string('b', 3000));
        await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        DatasetVersion v = await w.Datasets.GetAsync("f");
        Digest schema = Digest.Of(System.Text.Encoding.UTF8.GetBytes(v.Row.Tables!));
        DatasetFile[] files = [.. await v.ListFilesAsync()];
        foreach (Digest digest in new[] { v.Digest, v.Record, schema, files[0].Digest, files[1].Digest })
        {
            long length = (await w.Local.Blobs.FindAsync(digest))!.Value;
            foreach (long offset in new[] { 0, length / 2, length - 1 })
            {
                Action back = await w.FlipAsync(digest, offset);
                DatasetVerification result = await w.Datasets.VerifyAsync(await w.Datasets.GetAsync("f"));
                Assert.False(result.IsSound, $"{digest} at {offset}");
                string? path = files.FirstOrDefault(f => f.Digest == digest)?.Path;
                Assert.Contains(result.Problems, p => p.Path == path && p.Problem.Contains("damaged", StringComparison.Ordinal));
                back();
            }
        }

        Assert.True((await w.Datasets.VerifyAsync(v)).IsSound);
    }

    [Fact]
    public async Task FlippedBit_IsNeverRead()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("m", Samples.Hmda);
        await w.FlipAsync((await v.ListFilesAsync())[0].Digest, 200_000);
        await Assert.ThrowsAsync<BlobCorruptedException>(async () => await v.ReadAllAsync());
        await Assert.ThrowsAsync<BlobCorruptedException>(async () => await v.CheckoutAsync(w.Path("out")));
    }

    [Fact]
    public async Task AllVersions_AreChecked_WithoutReadingTheirFiles()
    {
        await using TestWorkspace w = new();
        w.Write("f/a.csv", "n\n1\n");
        w.Write("f/b.bin", new string('b', 3000));
        DatasetVersion one = await w.Datasets.CommitAsync("f", w.Path("source", "f"), configure: c => c.Tag("first").Code("0123abc", dirty: true));
        w.Write("f/b.bin", new string('c', 3000));
        await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        await w.Datasets.CommitAsync("m", Samples.Hmda);
        DatasetVerification sound = await w.Datasets.VerifyAsync();
        Assert.Empty(sound.Problems);
        Assert.Equal((5L, 0L), (sound.Files, sound.Bytes));

        await w.Local.Database.WriteAsync((t, token) => t.ExecuteAsync("UPDATE data_version SET message = 'forged' WHERE id = $id", [("$id", one.Id)], token));
        DatasetProblem problem = Assert.Single((await w.Datasets.VerifyAsync()).Problems);
        Assert.Equal(("f@1", one.Record), (problem.Version, problem.Digest));
        Assert.Contains("trust the record", problem.Problem, StringComparison.Ordinal);
        await w.Local.Database.WriteAsync((t, token) => t.ExecuteAsync("UPDATE data_version SET message = NULL, files = 7 WHERE id = $id", [("$id", one.Id)], token));
        Assert.Contains("the row says 7", Assert.Single((await w.Datasets.VerifyAsync()).Problems).Problem, StringComparison.Ordinal);
        await w.Local.Database.WriteAsync((t, token) => t.ExecuteAsync("UPDATE data_version SET files = 2 WHERE id = $id", [("$id", one.Id)], token));
        Assert.True((await w.Datasets.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task MissingFile_IsFound_AndComesBackWithTheSameCommit()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("m", Samples.Hmda);
        await w.Local.Blobs.DeleteAsync((await v.ListFilesAsync())[0].Digest);
        Assert.Equal("hmda.csv", Assert.Single((await w.Datasets.VerifyAsync(v)).Problems).Path);
        Assert.Contains((await w.Local.Objects.VerifyAsync()).Missing, m => m.Source == "datasets");
        Assert.Equal(v.Id, (await w.Datasets.CommitAsync("m", Samples.Hmda)).Id);
        Assert.True((await w.Datasets.VerifyAsync(v)).IsSound);
    }

    [Fact]
    public async Task ChangedRow_IsFoundByTheRecord()
    {
        await using TestWorkspace w = new();
        await w.Datasets.CommitAsync("m", Samples.Hmda, "honest");
        await w.Local.Database.WriteAsync(async (t, token) => await t.ExecuteAsync("UPDATE data_version SET actor = 'eve'", [], token));
        DatasetVersion v = await w.Datasets.GetAsync("m");
        Assert.Contains("record", Assert.Single((await w.Datasets.VerifyAsync(v)).Problems).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task References_AreAllBlobsOfTheVersions()
    {
        await using TestWorkspace w = new();
        w.Write("f/a.csv", "n\n1\n");
        w.Write("f/b.bin", "b");
        await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        DatasetVersion v = await w.Datasets.CommitAsync("m", Samples.Hmda);
        await v.SplitAsync(s => s.Into(("train", .8), ("test", .2)));
        HashSet<Digest> stored = [.. (await w.Local.Blobs.ListAsync().ToListAsync()).Select(b => b.Digest)];
        HashSet<Digest> named = [.. await new DatasetReferences(w.Local.Database, w.Local.Blobs).ReferencesAsync().ToListAsync()];
        Assert.Equal(stored, named);
        Assert.Contains("datasets", await w.Local.Objects.SourcesAsync());
        Assert.True((await w.Local.Objects.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task ARecordThatIsTooLongToBeOne_IsTold()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", "a\n1\n"));
        StoredBlob huge = await w.Local.Blobs.PutAsync(new MemoryStream(new byte[(16 << 20) + 1]));
        await w.Local.Database.WriteAsync((transaction, token) => transaction.ExecuteAsync(
            "UPDATE data_version SET record = $record WHERE id = $id", [("$record", huge.Digest.ToString()), ("$id", v.Id)], token));
        Assert.Contains("16777217 bytes", Assert.Single((await w.Local.Objects.VerifyAsync()).Problems), StringComparison.Ordinal);
    }
}
