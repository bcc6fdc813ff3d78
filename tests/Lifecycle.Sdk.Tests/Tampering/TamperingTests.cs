using System.Globalization;
using Lifecycle.Statistics;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;
using Lifecycle.Tracking;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

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
    public async Task AnyBitOfAnyObjectFile_ThatIsFlipped_IsNamed()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await FillAsync(workspace);
        RandomStream random = new(seed: 5);
        string objects = Path.Combine(workspace.Root, "objects");
        string[] files = [.. Directory.GetFiles(objects, "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length > 0 && !f.EndsWith("FORMAT", StringComparison.Ordinal))];
        Assert.True(files.Length >= 5);
        foreach (string file in files)
        {
            for (int i = 0; i < 4; i++)
            {
                long bit = random.NextBelow((int)(8 * new FileInfo(file).Length));
                Workspace.FlipBit(file, bit);
                VerificationReport report = await lifecycle.Objects.VerifyAsync();
                Assert.Contains(Path.GetRelativePath(objects, file).Replace('\\', '/'), report.Damaged.Select(d => d.File));
                Workspace.FlipBit(file, bit);
            }
        }

        Assert.True((await lifecycle.Objects.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task Damage_NamesTheVersionsTheRunsAndTheModelsThatNeedIt_AndIsRepairedFromACopy()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await FillAsync(workspace);
        Data.DatasetVersion data = await lifecycle.Datasets.GetAsync("loans");
        for (int wait = 0; wait < 1000 && !(await lifecycle.Datasets.Lineage.DownstreamOfAsync(data)).OfKind(LineageNode.ModelVersion).Any(); wait++)
        {
            await Task.Delay(20); // edges come with events, behind the calls that made them
        }

        using TemporaryFolder copy = new();
        LocalBlobStore second = new(copy["objects"]);
        foreach (StoredBlob blob in await lifecycle.Blobs.ListAsync().ToListAsync())
        {
            await using Stream content = await lifecycle.Blobs.OpenAsync(blob.Digest);
            await second.PutAsync(content);
        }

        await AssertNeededAsync("a,b\n1,2\n3,4\n", "dataset version loans@1", "run ", "model ", "model version loans/1");
        await AssertNeededAsync("weights", "model ", "model version loans/1");
        Assert.Equal("objects.repaired", (await lifecycle.Audit.ReadAsync().ToListAsync())[^1].Action);

        async Task AssertNeededAsync(string content, params string[] holders)
        {
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(content);
            (string file, int at) = Directory.GetFiles(Path.Combine(workspace.Root, "objects"), "*", SearchOption.AllDirectories)
                .Where(f => f.EndsWith(".pack", StringComparison.Ordinal) || new FileInfo(f).Length == bytes.Length)
                .Select(f => (f, File.ReadAllBytes(f).AsSpan().IndexOf(bytes))).First(f => f.Item2 >= 0);
            Workspace.FlipBit(file, (8L * at) + 3);
            VerificationReport report = await lifecycle.Objects.VerifyAsync();
            DamagedBlob damaged = Assert.Single(report.Damaged);
            Assert.Equal(Digest.Of(bytes), damaged.Expected);
            Assert.All(holders, h => Assert.Contains(damaged.NeededBy, n => n.ToString().StartsWith(h, StringComparison.Ordinal)));
            RepairReport repaired = await lifecycle.Objects.RepairAsync(second);
            Assert.True(repaired.IsSound);
            Assert.Equal([Digest.Of(bytes)], repaired.Restored);
        }
    }

    [Fact]
    public async Task ACollection_TakesWhatNobodyNeeds_AndNothingElse()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await FillAsync(workspace);
        StoredBlob litter = await lifecycle.Blobs.PutAsync(new MemoryStream([1, 2, 3]));
        CollectionPlan young = await lifecycle.Objects.PlanCollectionAsync();
        Assert.Empty(young.Dead);
        await lifecycle.DisposeAsync();

        // An hour-old workspace of somebody who keeps nothing for longer.
        lifecycle = await workspace.OpenAsync(b => b.Services.Configure<LocalStorageOptions>(o => (o.Young, o.Grace) = (TimeSpan.FromMilliseconds(1), TimeSpan.Zero)));
        await Task.Delay(20);
        CollectionPlan garbage = await lifecycle.Objects.PlanCollectionAsync();
        Assert.Equal([litter.Digest], garbage.Removable.Select(d => d.Digest));
        CollectionReport report = await garbage.ApplyAsync();
        Assert.Equal([litter.Digest], report.Removed);
        Assert.Equal(report.Removed, (await lifecycle.Objects.UndoCollectionAsync(garbage.Id)).Removed);
        Assert.True((await lifecycle.Objects.VerifyAsync()).IsSound);
        Assert.Equal(["objects.collected", "objects.undone"], (await lifecycle.Audit.ReadAsync().ToListAsync()).TakeLast(2).Select(e => e.Action));
    }

    /// <summary>Something of every feature: data, runs, a judged and promoted model.</summary>
    internal static async Task<ModelLifecycle> FillAsync(Workspace workspace)
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
