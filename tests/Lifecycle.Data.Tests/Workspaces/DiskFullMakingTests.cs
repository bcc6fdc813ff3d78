using System.Globalization;
using System.Text;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Local.Tests;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

/// <summary>A disk with room for so many pages and no more, under what is derived, imported and exported.</summary>
public sealed class DiskFullMakingTests
{
    [Fact]
    public async Task DiskFull_AtEveryWriteOfADerivation_LeavesNoVersion()
    {
        using SmallDisk disk = SmallDisk.Mount(16);
        await using TestWorkspace w = new();
        StringBuilder csv = new("id,code,age\n");
        for (int i = 0; i < (Depth.IsFull ? 30_000 : 1500); i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{i},c{i % 500},{i % 60}\n");
        }

        await using LocalWorkspace local = LocalWorkspace.Open(Path.Combine(disk.Path, "lifecycle"));
        await using DatasetCatalog datasets = new(local.Database, local.Blobs, local.Objects, local.Audit, local.Events);
        DatasetVersion loans = await datasets.CommitAsync("loans", w.Write("loans.csv", csv.ToString()));
        PseudonymKeys keys = PseudonymKeys.CreateFile(w.Path("keys"));
        await using TokenVault vault = await TokenVault.OpenAsync(Path.Combine(disk.Path, "vault"), keys);
        PrivacyPlan plan = PrivacyPlan.Gdpr(keys).Pseudonymize("id").Tokenize("code", vault).Bin("age", 10).Require(["age"], k: 2);
        DerivedVersion? safe = null;
        int refused = await disk.GrowAsync(
            Depth.IsFull,
            async () => safe = await datasets.DeriveAsync("loans-safe", loans, plan, "on a small disk"),
            async () =>
            {
                Assert.Null(await datasets.LatestAsync("loans-safe"));
                Assert.Empty((await datasets.Lineage.DownstreamOfAsync(loans)).Edges);
                Assert.True((await datasets.VerifyAsync(loans)).IsSound);
                Assert.DoesNotContain(disk.Files(), f => f.Contains(".tmp-", StringComparison.Ordinal));
            });
        Assert.InRange(refused, 10, 4000);
        Assert.True((await datasets.VerifyAsync(safe!)).IsSound);
        Assert.Equal(500, vault.Count);
        Assert.True((await local.Audit.VerifyAsync()).IsSound);
        Assert.True((await local.Objects.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task DiskFull_AtEveryWriteOfAnImport_LeavesNoVersion()
    {
        using SmallDisk disk = SmallDisk.Mount(12);
        using DvcSandbox sandbox = DvcSandbox.Empty();
        Fill(sandbox.Write);
        DvcRepository dvc = await sandbox.OpenAsync();
        await dvc.AddAsync("d");
        SortedDictionary<string, string> before = sandbox.Snapshot();
        await using LocalWorkspace local = LocalWorkspace.Open(Path.Combine(disk.Path, "lifecycle"));
        await using DatasetCatalog datasets = new(local.Database, local.Blobs, local.Objects, local.Audit, local.Events);
        DatasetVersion first = await datasets.CommitAsync("first", sandbox["d.dvc"]);
        DatasetVersion? imported = null;
        int refused = await disk.GrowAsync(
            Depth.IsFull,
            async () => imported = await datasets.ImportAsync("d", dvc, "d"),
            async () =>
            {
                Assert.Null(await datasets.LatestAsync("d"));
                Assert.True((await datasets.VerifyAsync(first)).IsSound);
                Assert.DoesNotContain(disk.Files(), f => f.Contains(".tmp-", StringComparison.Ordinal));
            });
        Assert.InRange(refused, Depth.IsFull ? 300 : 20, 4000);
        Assert.Equal(1, imported!.Number);
        Assert.True((await datasets.VerifyAsync(imported)).IsSound);
        Assert.True((await local.Audit.VerifyAsync()).IsSound);
        Assert.Equal(before, sandbox.Snapshot());
    }

    [Fact]
    public async Task AnImportThatCannotKeepTheMd5OfItsFiles_IsDone()
    {
        await using TestWorkspace w = new();
        using DvcSandbox sandbox = DvcSandbox.Empty();
        Fill(sandbox.Write);
        DvcRepository dvc = await sandbox.OpenAsync();
        await dvc.AddAsync("d");
        int writes = 0;
        WatchedDatabase database = new(w.Local.Database)
        {
            Before = () => ++writes == 2 ? throw new LifecycleStorageException("database", "write", "x", "The disk is full.") : Task.CompletedTask,
        };
        await using DatasetCatalog datasets = w.Catalog(w.Local.Blobs, database);
        DatasetVersion imported = await datasets.ImportAsync("d", dvc, "d");
        Assert.Equal((2, 1L), (writes, imported.Number));
        Assert.True((await datasets.VerifyAsync(imported)).IsSound);
        Assert.Equal(13, (await imported.ExportAsync(dvc, "again")).Output.Files);
    }

    [Fact]
    public async Task DiskFull_AtEveryWriteOfAnExport_LeavesOnlyWholeObjects()
    {
        using SmallDisk disk = SmallDisk.Mount(12);
        await using TestWorkspace w = new();
        Fill((path, content) =>
        {
            string file = w.Write(path, "");
            File.WriteAllBytes(file, content);
            return file;
        });
        DatasetVersion version = await w.Datasets.CommitAsync("d", w.Path("source", "d"));
        using DvcSandbox sandbox = DvcSandbox.Empty("", new TemporaryFolder(disk.Path));
        sandbox.Write("mine", "mine"u8.ToArray());
        DvcRepository dvc = await sandbox.OpenAsync();
        int refused = await disk.GrowAsync(
            Depth.IsFull,
            async () => await version.ExportAsync(dvc, "d"),
            async () =>
            {
                Assert.Empty((await dvc.VerifyAsync()).Damaged);
                Assert.DoesNotContain(sandbox.Snapshot().Keys, k => k.EndsWith(".tmp", StringComparison.Ordinal) || k.Contains(".tmp-", StringComparison.Ordinal));
                Assert.Equal("mine", sandbox.Read("mine"));
            });
        Assert.InRange(refused, Depth.IsFull ? 300 : 20, 4000);
        Assert.True((await dvc.VerifyAsync()).IsSound);
        await dvc.CheckoutAsync("d");
        Assert.Equal(version.Files, sandbox.Snapshot("d").Count);
        Assert.True((await dvc.StatusAsync()).IsClean);
    }

    private static void Fill(Func<string, byte[], string> write)
    {
        Random random = new(8);
        for (int i = 0; i < 12; i++)
        {
            byte[] bytes = new byte[3000 + i];
            random.NextBytes(bytes);
            write(string.Create(CultureInfo.InvariantCulture, $"d/{i % 3}/f{i}"), bytes);
        }

        byte[] big = new byte[1_300_000];
        random.NextBytes(big);
        write("d/big", big);
    }
}
