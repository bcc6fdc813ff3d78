using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

/// <summary>Each call of a port fails once, while a workspace is looked at, committed and checked out.</summary>
public sealed class CheckoutFaultTests
{
    private static DatasetCatalog Faulty(TestWorkspace w, FaultPlan plan) => w.Catalog(
        new FaultyBlobStore(w.Local.Blobs, plan), new FaultyDatabase(w.Local.Database, plan), new FaultyAuditLog(w.Local.Audit, plan));

    private static Dictionary<string, string> Content(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(folder, f), File.ReadAllText);

    private static async Task<TestWorkspace> StartAsync()
    {
        TestWorkspace w = new();
        w.Write("f/a", "a1");
        w.Write("f/b/c", "c1");
        w.Write("f/gone", "g1");
        DatasetVersion one = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        w.Write("f/a", "a2");
        w.Write("f/b/new", "n2");
        File.Delete(w.Path("source", "f", "gone"));
        await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        await w.Datasets.OpenWorkspaceAsync("f", w.Path("work"));
        await one.CheckoutAsync(w.Path("work"));
        await File.WriteAllTextAsync(w.Path("work", "b", "new"), "unknown");
        return w;
    }

    private static async Task CheckoutAsync(TestWorkspace w, FaultPlan plan, LinkKind link, CancellationToken cancellationToken = default)
    {
        await using DatasetCatalog datasets = Faulty(w, plan);
        Workspace work = await datasets.OpenWorkspaceAsync("f", w.Path("work"), cancellationToken);
        await work.CheckoutAsync(await datasets.GetAsync("f", 2, cancellationToken), o =>
        {
            o.Exact = o.Overwrite = true;
            o.Link(link);
        }, cancellationToken);
    }

    // Each file is whole: what it was, or what it should become. What was overwritten is in the audit log, whatever happened later.
    private static async Task AssertWholeAsync(TestWorkspace w, string when)
    {
        Dictionary<string, string> now = Content(w.Path("work"));
        string[] allowed = ["a=a1", "a=a2", "b/c=c1", "gone=g1", "b/new=unknown", "b/new=n2"];
        Assert.All(now, f => Assert.Contains($"{f.Key}={f.Value}", allowed));
        Assert.True(now.ContainsKey("a") && now.ContainsKey("b/c") && now.ContainsKey("b/new"), when);
        if (now["b/new"] == "n2")
        {
            Assert.Contains(await w.AuditAsync(), e => e.Action == "dataset.overwrote");
        }
    }

    [Fact]
    public async Task ACheckoutThatDied_IsInNobodysWay()
    {
        FaultPlan count = FaultPlan.None();
        await using (TestWorkspace w = await StartAsync())
        {
            await CheckoutAsync(w, count, LinkKind.Copy);
        }

        int halfDone = 0;
        for (int at = 1; at <= count.Operations; at++)
        {
            await using TestWorkspace w = await StartAsync();
            File.Delete(w.Path("work", "b", "new"));
            try
            {
                await CheckoutAsync(w, FaultPlan.FailAt(at), LinkKind.Copy);
            }
            catch (LifecycleStorageException)
            {
            }

            Workspace work = await w.Datasets.OpenWorkspaceAsync("f", w.Path("work"));
            bool wasBegun = (await work.VersionAsync())!.Number == 1 && Content(w.Path("work"))["a"] == "a2";
            halfDone += wasBegun ? 1 : 0;

            // the folder holds what version 2 has and is said to hold version 1: going back loses nobody's work
            await work.CheckoutAsync(await w.Datasets.GetAsync("f", 1), o => o.Exact = true);
            Assert.Equal(new Dictionary<string, string> { ["a"] = "a1", ["b/c"] = "c1", ["gone"] = "g1" }, Content(w.Path("work")));
            Assert.True((await work.StatusAsync()).IsClean);

            // and the mark of the checkout that died is gone with the next that lives
            await File.WriteAllTextAsync(w.Path("work", "a"), "a2");
            await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await work.CheckoutAsync(await w.Datasets.GetAsync("f", 1)));
        }

        Assert.NotEqual(0, halfDone);
    }

    [Theory]
    [InlineData(LinkKind.Copy)]
    [InlineData(LinkKind.Hardlink)]
    public async Task FaultAtEachOperation_OfACheckout_LeavesEveryFileWhole(LinkKind link)
    {
        FaultPlan count = FaultPlan.None();
        await using (TestWorkspace w = await StartAsync())
        {
            await CheckoutAsync(w, count, link);
            Assert.Equal(new Dictionary<string, string> { ["a"] = "a2", ["b/c"] = "c1", ["b/new"] = "n2" }, Content(w.Path("work")));
        }

        Assert.InRange(count.Operations, 6, 40);
        await using TestWorkspace one = await StartAsync();
        for (int at = 1; at <= count.Operations; at++)
        {
            foreach (string kind in new[] { "fail", "half", "hang" })
            {
                using CancellationTokenSource cancel = new();
                FaultPlan plan = kind switch { "fail" => FaultPlan.FailAt(at), "half" => FaultPlan.HalfAt(at), _ => FaultPlan.HangAt(at) };
                Task checkout = CheckoutAsync(one, plan, link, cancel.Token);
                if (kind == "hang")
                {
                    Task first = await Task.WhenAny(plan.Reached, checkout);
                    Assert.True(first == plan.Reached || checkout.IsCompletedSuccessfully);
                    await cancel.CancelAsync();
                }

                try
                {
                    await checkout;
                }
                catch (Exception e) when (e is LifecycleStorageException or OperationCanceledException)
                {
                }

                await AssertWholeAsync(one, $"{kind} at {at}");
                Assert.Empty(Directory.EnumerateFiles(one.Path("work"), ".tmp-*", SearchOption.AllDirectories));
                await ResetAsync(one);
            }
        }

        await CheckoutAsync(one, FaultPlan.None(), link);
        Assert.True((await (await one.Datasets.OpenWorkspaceAsync("f", one.Path("work"))).StatusAsync()).IsClean);
    }

    private static async Task ResetAsync(TestWorkspace w)
    {
        Directory.Delete(w.Path("work"), recursive: true);
        await (await w.Datasets.OpenWorkspaceAsync("f", w.Path("work"))).CheckoutAsync(await w.Datasets.GetAsync("f", 1));
        await File.WriteAllTextAsync(w.Path("work", "b", "new"), "unknown");
    }

    [Fact]
    public async Task FaultAtEachOperation_OfABuild_LeavesNoFolder()
    {
        await using TestWorkspace w = await StartAsync();
        FaultPlan count = FaultPlan.None();
        await Build(count, default);
        Directory.Delete(w.Path("out"), recursive: true);
        Assert.InRange(count.Operations, 3, 20);
        for (int at = 1; at <= count.Operations; at++)
        {
            await Assert.ThrowsAsync<LifecycleStorageException>(() => Build(FaultPlan.FailAt(at), default));
            await Assert.ThrowsAsync<LifecycleStorageException>(() => Build(FaultPlan.HalfAt(at), default));
            using CancellationTokenSource cancel = new();
            FaultPlan hang = FaultPlan.HangAt(at);
            Task build = Build(hang, cancel.Token);
            await hang.Reached;
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
            Assert.False(Directory.Exists(w.Path("out")), $"{at}");
            Assert.Empty(Directory.EnumerateFileSystemEntries(w.Folder, ".tmp-*"));
        }

        async Task Build(FaultPlan plan, CancellationToken token)
        {
            await using DatasetCatalog datasets = w.Catalog(new FaultyBlobStore(w.Local.Blobs, plan));
            await (await datasets.GetAsync("f", cancellationToken: token)).CheckoutAsync(w.Path("out"), cancellationToken: token);
        }
    }

    [Fact]
    public async Task FaultAtEachOperation_OfStatusAndCommit_LosesNothing()
    {
        await using TestWorkspace w = await StartAsync();
        FaultPlan count = FaultPlan.None();
        await Act(count);
        long versions = (await w.Datasets.GetAsync("f")).Number;
        for (int at = 1; at <= count.Operations + 3; at++)
        {
            await File.WriteAllTextAsync(w.Path("work", "a"), $"edit {at}");
            Dictionary<string, string> before = Content(w.Path("work"));
            bool failed = false;
            try
            {
                await Act(FaultPlan.FailAt(at));
            }
            catch (LifecycleStorageException)
            {
                failed = true;
            }

            Assert.Equal(before, Content(w.Path("work")));
            DatasetVersion newest = await w.Datasets.GetAsync("f");
            Assert.Empty((await w.Datasets.VerifyAsync(newest)).Problems);
            Assert.True(failed || newest.Number > versions, $"{at}");
            versions = newest.Number;
        }

        Workspace work = await w.Datasets.OpenWorkspaceAsync("f", w.Path("work"));
        await work.CommitAsync();
        Assert.True((await work.StatusAsync()).IsClean);

        async Task Act(FaultPlan plan)
        {
            await using DatasetCatalog datasets = Faulty(w, plan);
            Workspace faulty = await datasets.OpenWorkspaceAsync("f", w.Path("work"));
            await faulty.StatusAsync();
            await faulty.CommitAsync();
        }
    }
}
