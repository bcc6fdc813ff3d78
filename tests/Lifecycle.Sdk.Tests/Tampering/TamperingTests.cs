using System.Globalization;
using Lifecycle.Statistics;
using Lifecycle.Tracking;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Sdk.Tests;

public sealed class TamperingTests
{
    [Fact]
    public async Task AnUntouchedWorkspace_IsSound()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await FillAsync(workspace);
        Assert.Empty((await lifecycle.Audit.VerifyAsync()).Problems);
        Assert.True((await lifecycle.Objects.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task EveryEntryThatIsChanged_IsNamed()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await FillAsync(workspace);
        RandomStream random = new(seed: 3);
        foreach (long sequence in await SequencesAsync(lifecycle))
        {
            byte[] entry = (byte[])Scalar(workspace, $"SELECT entry FROM storage_audit WHERE seq = {sequence}")!;
            byte[] changed = [.. entry];
            changed[random.NextBelow(entry.Length)] ^= (byte)(1 << random.NextBelow(8));
            Run(workspace, $"UPDATE storage_audit SET entry = $value WHERE seq = {sequence}", changed);
            Assert.Contains((await lifecycle.Audit.VerifyAsync()).Problems, p => p.Sequence == sequence);
            Run(workspace, $"UPDATE storage_audit SET entry = $value WHERE seq = {sequence}", entry);
            Assert.True((await lifecycle.Audit.VerifyAsync()).IsSound);
        }
    }

    [Fact]
    public async Task EveryEntryThatIsDeleted_IsNamed()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await FillAsync(workspace);
        foreach (long sequence in await SequencesAsync(lifecycle))
        {
            byte[] entry = (byte[])Scalar(workspace, $"SELECT entry FROM storage_audit WHERE seq = {sequence}")!;
            byte[] head = (byte[])Scalar(workspace, $"SELECT head FROM storage_audit WHERE seq = {sequence}")!;
            Run(workspace, $"DELETE FROM storage_audit WHERE seq = {sequence}");
            Assert.Contains((await lifecycle.Audit.VerifyAsync()).Problems, p => p.Sequence == sequence);
            Run(workspace, $"INSERT INTO storage_audit (seq, entry, head) VALUES ({sequence}, $value, x'{Convert.ToHexString(head)}')", entry);
            Assert.True((await lifecycle.Audit.VerifyAsync()).IsSound);
        }
    }

    [Fact]
    public async Task EntriesThatAreSwapped_AreNamed()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await FillAsync(workspace);
        long last = (await lifecycle.Audit.HeadAsync()).Count;
        for (long sequence = 1; sequence < last; sequence++)
        {
            Swap(workspace, sequence);
            Assert.Contains((await lifecycle.Audit.VerifyAsync()).Problems, p => p.Sequence == sequence || p.Sequence == sequence + 1);
            Swap(workspace, sequence);
            Assert.True((await lifecycle.Audit.VerifyAsync()).IsSound);
        }
    }

    [Fact]
    public async Task AnEndThatIsCutOff_IsNamed_AlsoWhenTheRecordedHeadIsSetBack()
    {
        await using Workspace workspace = new();
        AuditHead end;
        await using (ModelLifecycle writing = await FillAsync(workspace))
        {
            end = await writing.Audit.HeadAsync();
        }

        // Closing wrote the head to a file beside the database.
        Run(workspace, $"DELETE FROM storage_audit WHERE seq = {end.Count}");
        Run(workspace, "UPDATE storage_audit_checkpoint SET count = (SELECT max(seq) FROM storage_audit), head = (SELECT head FROM storage_audit ORDER BY seq DESC LIMIT 1)");
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        Assert.Contains((await lifecycle.Audit.VerifyAsync()).Problems, p => p.Sequence == end.Count);
        Assert.Contains((await lifecycle.Audit.VerifyAsync(end)).Problems, p => p.Sequence == end.Count);
    }

    [Fact]
    public async Task AnyBitOfAnyBlob_ThatIsFlipped_IsNamed()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await FillAsync(workspace);
        RandomStream random = new(seed: 5);
        List<StoredBlob> blobs = await lifecycle.Blobs.ListAsync().ToListAsync();
        Assert.True(blobs.Count >= 8);
        foreach (StoredBlob blob in blobs.Where(b => b.Length > 0))
        {
            string file = workspace.FileOf(blob.Digest);
            for (int i = 0; i < 3; i++)
            {
                long bit = random.NextBelow((int)(8 * blob.Length));
                Workspace.FlipBit(file, bit);
                Assert.Equal(blob.Digest, await DamagedAsync(lifecycle));
                BlobCorruptedException error = await Assert.ThrowsAsync<BlobCorruptedException>(async () =>
                {
                    await using Stream content = await lifecycle.Blobs.OpenAsync(blob.Digest);
                    await content.CopyToAsync(Stream.Null);
                });
                Assert.Contains(blob.Digest.Hex, error.Message, StringComparison.Ordinal);
                Workspace.FlipBit(file, bit);
            }
        }

        Assert.True((await lifecycle.Objects.VerifyAsync()).IsSound);
        Digest gone = Digest.Of(await File.ReadAllBytesAsync(workspace.Folder["loans.csv"]));
        File.Delete(workspace.FileOf(gone));
        Assert.Equal(gone, Assert.Single((await lifecycle.Objects.VerifyAsync()).Missing).Digest);
    }

    // What a damaged tree of a dataset refers to cannot be told; then the verification ends with an error that names the tree.
    private static async Task<Digest?> DamagedAsync(ModelLifecycle lifecycle)
    {
        try
        {
            return Assert.Single((await lifecycle.Objects.VerifyAsync()).Damaged).Expected;
        }
        catch (BlobCorruptedException error)
        {
            return error.Digest;
        }
    }

    /// <summary>Something of every feature: data, runs, a judged and promoted model.</summary>
    private static async Task<ModelLifecycle> FillAsync(Workspace workspace)
    {
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        Data.DatasetVersion data = await lifecycle.Datasets.CommitAsync("loans", workspace.Write("loans.csv", "a,b\n1,2\n3,4\n"));
        ModelArtifact? model = null;
        await lifecycle.Experiments.RunAsync("loans", async run => model = await Workspace.LogModelAsync(run, "weights"), start => start.With(data));
        ModelVersion version = await lifecycle.Registry.RegisterAsync("loans", model!, await Decided.JudgeAsync(lifecycle, model!, Decided.Well));
        await lifecycle.Drift.RegisterReferenceAsync("loans", "1", RetrainingTests.Profile());
        await lifecycle.Registry.PromoteAsync(version, "champion");
        Assert.True((await lifecycle.Audit.HeadAsync()).Count >= 5);
        return lifecycle;
    }

    private static async Task<List<long>> SequencesAsync(ModelLifecycle lifecycle) =>
        await lifecycle.Audit.ReadAsync().Select(e => e.Sequence).ToListAsync();

    private static void Swap(Workspace workspace, long sequence)
    {
        foreach ((long from, long to) in ((long, long)[])[(sequence, -1), (sequence + 1, sequence), (-1, sequence + 1)])
        {
            Run(workspace, string.Create(CultureInfo.InvariantCulture, $"UPDATE storage_audit SET seq = {to} WHERE seq = {from}"));
        }
    }

    private static void Run(Workspace workspace, string sql, byte[]? value = null)
    {
        using SqliteConnection connection = Connect(workspace);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        if (value is not null)
        {
            command.Parameters.AddWithValue("$value", value);
        }

        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private static object? Scalar(Workspace workspace, string sql)
    {
        using SqliteConnection connection = Connect(workspace);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static SqliteConnection Connect(Workspace workspace)
    {
        SqliteConnection connection = new($"Data Source={Path.Combine(workspace.Root, "lifecycle.db")};Pooling=False");
        connection.Open();
        return connection;
    }
}
