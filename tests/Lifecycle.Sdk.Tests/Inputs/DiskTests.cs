using Lifecycle.Data;
using Lifecycle.Tracking;

namespace Lifecycle.Sdk.Tests;

public sealed class DiskTests
{
    private const string NoMount = "A file system of its own cannot be mounted here (that needs root on Linux).";

    [Fact]
    public async Task AFullDisk_GivesOneClearError_AndLeavesNothing()
    {
        await using Workspace workspace = new();
        using SmallDisk? disk = SmallDisk.TryMount(workspace.Root, kilobytes: 16 * 1024);
        Assert.SkipWhen(disk is null, NoMount);
        string small = workspace.Write("small.csv", "a,b\n1,2\n");
        string large = workspace.Folder["large.bin"];
        byte[] noise = new byte[24 << 20];
        new Random(24).NextBytes(noise);   // equal chunks would be stored once
        await File.WriteAllBytesAsync(large, noise);
        await using ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(workspace.Root);
        await lifecycle.Datasets.CommitAsync("loans", small);
        await using Run run = await lifecycle.Experiments.StartRunAsync("loans");
        Contents before = await Contents.OfAsync(lifecycle, workspace);

        LifecycleStorageException error = await Assert.ThrowsAnyAsync<LifecycleStorageException>(async () => await lifecycle.Datasets.CommitAsync("loans", large));
        Assert.Contains("is full", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await Contents.OfAsync(lifecycle, workspace));

        error = await Assert.ThrowsAnyAsync<LifecycleStorageException>(async () =>
        {
            await using FileStream content = File.OpenRead(large);
            await run.LogModelAsync("net", new Dictionary<string, Stream> { ["weights.bin"] = content });
        });
        Assert.Contains("is full", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await Contents.OfAsync(lifecycle, workspace));

        // What fits goes on.
        await Workspace.LogModelAsync(run, "small");
        Assert.True((await lifecycle.Audit.VerifyAsync()).IsSound);
        Assert.True((await lifecycle.Objects.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task AReadOnlyFolder_GivesOneClearError_AndChangesNothing()
    {
        await using Workspace workspace = new();
        using SmallDisk? disk = SmallDisk.TryMount(workspace.Root, kilobytes: 16 * 1024);
        Assert.SkipWhen(disk is null, NoMount);
        string csv = workspace.Write("small.csv", "a,b\n1,2\n");
        ModelArtifact model;
        await using (ModelLifecycle writing = await ModelLifecycle.OpenAsync(workspace.Root))
        {
            await writing.Datasets.CommitAsync("loans", csv);
            model = await Workspace.LogModelAsync(writing, "a");
        }

        string[] before = Files(workspace);
        disk!.MakeReadOnly();
        foreach (Func<ModelLifecycle, Task> call in (Func<ModelLifecycle, Task>[])
            [
                async l => await l.Datasets.CommitAsync("cards", csv),
                async l => await l.Experiments.StartRunAsync("loans"),
                async l => await l.Registry.RegisterAsync("loans", model),
                l => l.Retraining.RunOnceAsync(RetrainingTests.Plan("b", Decided.Well), "by hand"),
            ])
        {
            LifecycleStorageException error = await Assert.ThrowsAnyAsync<LifecycleStorageException>(async () =>
            {
                await using ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(workspace.Root);
                await call(lifecycle);
            });
            Assert.Contains("read", error.Message, StringComparison.OrdinalIgnoreCase);
        }

        disk.MakeWritable();
        Assert.Equal(before, Files(workspace));
        await using ModelLifecycle again = await ModelLifecycle.OpenAsync(workspace.Root);
        Assert.Equal(1, (await again.Datasets.CommitAsync("loans", csv)).Number);
        Assert.True((await again.Audit.VerifyAsync()).IsSound);
    }

    private static string[] Files(Workspace workspace) =>
        [.. workspace.Folder.Files().Where(f => !f.EndsWith("-shm", StringComparison.Ordinal) && !f.EndsWith("-wal", StringComparison.Ordinal))];
}
