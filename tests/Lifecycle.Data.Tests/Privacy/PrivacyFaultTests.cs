using System.Security.Cryptography;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

public sealed class PrivacyFaultTests
{
    private static PseudonymKeys Keys { get; } = PseudonymKeys.Of(new PseudonymKey("k1", RandomNumberGenerator.GetBytes(32)));

    private static async Task<TestWorkspace> StartAsync()
    {
        TestWorkspace w = new();
        await w.Datasets.CommitAsync("t", w.Write("t.csv", "id,mrn,age\n1,a,30\n2,b,31\n3,c,32\n"));
        return w;
    }

    private static async Task<DerivedVersion> DeriveAsync(TestWorkspace w, FaultPlan faults, TokenVault vault, CancellationToken cancellationToken = default)
    {
        await using DatasetCatalog datasets = w.Catalog(
            new FaultyBlobStore(w.Local.Blobs, faults), new FaultyDatabase(w.Local.Database, faults), new FaultyAuditLog(w.Local.Audit, faults));
        PrivacyPlan plan = PrivacyPlan.Gdpr(Keys).Pseudonymize("id").Tokenize("mrn", vault).Bin("age", 10).Require(["age"], k: 3);
        return await datasets.DeriveAsync("t-safe", await datasets.GetAsync("t", cancellationToken: cancellationToken), plan, "r", cancellationToken: cancellationToken);
    }

    private static async Task AssertNothingAsync(TestWorkspace w, string when)
    {
        Assert.True(await w.Datasets.LatestAsync("t-safe") is null, when);
        Assert.True((await w.AuditAsync()).Count == 1, when);
        Assert.Empty((await w.Datasets.Lineage.DownstreamOfAsync(await w.Datasets.GetAsync("t"))).Edges);
        Assert.Empty(Directory.EnumerateFiles(w.Path("lifecycle", "objects"), ".tmp-*", SearchOption.AllDirectories));
        Assert.True((await w.Datasets.VerifyAsync(await w.Datasets.GetAsync("t"))).IsSound, when);
    }

    [Fact]
    public async Task FaultAtEachStep_LeavesNothing()
    {
        FaultPlan count = FaultPlan.None();
        await using (TestWorkspace w = await StartAsync())
        {
            await using TokenVault vault = await TokenVault.OpenAsync(w.Path("vault"), Keys);
            await DeriveAsync(w, count, vault);
            Assert.Equal(3, vault.Count);
        }

        Assert.InRange(count.Operations, 12, 60);
        await using TestWorkspace one = await StartAsync();
        await using TokenVault tokens = await TokenVault.OpenAsync(one.Path("vault"), Keys);
        for (int at = 1; at <= count.Operations; at++)
        {
            await Assert.ThrowsAsync<LifecycleStorageException>(() => DeriveAsync(one, FaultPlan.FailAt(at), tokens));
            await AssertNothingAsync(one, $"fail at {at}");
            await Assert.ThrowsAsync<LifecycleStorageException>(() => DeriveAsync(one, FaultPlan.HalfAt(at), tokens));
            await AssertNothingAsync(one, $"half at {at}");
            using CancellationTokenSource cancel = new();
            FaultPlan hang = FaultPlan.HangAt(at);
            Task derive = DeriveAsync(one, hang, tokens, cancel.Token);
            await hang.Reached;
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => derive);
            await AssertNothingAsync(one, $"cancelled at {at}");
        }

        DerivedVersion safe = await DeriveAsync(one, FaultPlan.None(), tokens);
        Assert.Equal(1, safe.Version.Number);
        Assert.Equal(3, tokens.Count);
    }

    [Fact]
    public async Task BrokenRows_AndUnknownValues_LeaveNothing()
    {
        await using TestWorkspace w = await StartAsync();
        DatasetVersion ragged = await w.Datasets.CommitAsync("r", w.Write("r.csv", "a,b\n1,2\n3\n"), configure: c => c.AllowProblems = true);
        await Assert.ThrowsAsync<TableFormatException>(async () => await w.Datasets.DeriveAsync("r-safe", ragged, PrivacyPlan.Gdpr().Keep("a", "b"), "r"));
        DatasetVersion v = await w.Datasets.CommitAsync("m", w.Write("m.csv", "a\nx\ny\n"));
        PrivacyPlan map = PrivacyPlan.Gdpr().Map("a", Hierarchy.Parse("x,1\n"), 1);
        await Assert.ThrowsAsync<PrivacyPlanException>(async () => await w.Datasets.DeriveAsync("m-safe", v, map, "r"));
        await Assert.ThrowsAsync<PrivacyPlanException>(async () => await w.Datasets.DeriveAsync("m-safe", v, map.Require(["a"], k: 2), "r"));
        Assert.Equal(["m", "r", "t"], await w.Datasets.ListAsync().Select(d => d.Name).ToListAsync());
        Assert.Empty(Directory.EnumerateFiles(w.Path("lifecycle", "objects"), ".tmp-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task VaultThatCannotBeWritten_LeavesNoVersion()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            // rights do not stop a privileged process: a folder in the place of the file does
            await using TestWorkspace p = await StartAsync();
            await using TokenVault gone = await TokenVault.OpenAsync(p.Path("vault"), Keys);
            File.Delete(p.Path("vault"));
            Directory.CreateDirectory(p.Path("vault"));
            await Assert.ThrowsAsync<LifecycleStorageException>(() => DeriveAsync(p, FaultPlan.None(), gone));
            await AssertNothingAsync(p, "vault");
            return;
        }

        await using TestWorkspace w = await StartAsync();
        string folder = w.Path("secrets");
        Directory.CreateDirectory(folder);
        await using TokenVault vault = await TokenVault.OpenAsync(Path.Combine(folder, "vault"), Keys);
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await Assert.ThrowsAsync<LifecycleStorageException>(() => DeriveAsync(w, FaultPlan.None(), vault));
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await AssertNothingAsync(w, "vault");
    }

    [Fact]
    public async Task TwoAtOnce_BothCount()
    {
        await using TestWorkspace w = await StartAsync();
        DatasetVersion v = await w.Datasets.GetAsync("t");
        PrivacyPlan[] plans = [.. Enumerable.Range(1, 6).Select(i => PrivacyPlan.Gdpr().Drop("id", "mrn").Bin("age", i))];
        DerivedVersion[] made = await Task.WhenAll(plans.Select(p => w.Datasets.DeriveAsync("t-safe", v, p, "r").AsTask()));
        Assert.Equal([1, 2, 3, 4, 5, 6], made.Select(m => m.Version.Number).Order());
        foreach (DerivedVersion one in made)
        {
            DerivedVersion read = (await w.Datasets.DerivationOfAsync(one))!;
            Assert.Equal(one.PlanDigest, read.PlanDigest);
            Assert.True((await w.Datasets.VerifyAsync(one)).IsSound);
        }

        Assert.Equal(6, (await w.AuditAsync()).Count(e => e.Action == "dataset.derived"));
        Assert.True((await w.Local.Audit.VerifyAsync()).IsSound);
    }
}
