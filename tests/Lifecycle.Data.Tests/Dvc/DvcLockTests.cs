using System.Diagnostics;
using System.Globalization;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

public sealed class DvcLockTests
{
    private static readonly DvcOptions Impatient = new() { LockTimeout = TimeSpan.FromMilliseconds(150) };

    [Fact]
    public async Task AnotherProcess_ExcludesWriters_NotReaders_AndItsDeathFreesTheLock()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        DvcRepository dvc = await sandbox.OpenAsync(Impatient);
        await dvc.AddAsync("data");
        using ChildProcess child = ChildProcess.Start(DvcChild.Hold, sandbox.Root);
        await child.ExpectAsync("held");
        DvcRepositoryBusyException busy = await Assert.ThrowsAsync<DvcRepositoryBusyException>(async () => await dvc.AddAsync("data"));
        Assert.Contains("LockTimeout", busy.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DvcRepositoryBusyException>(async () => await dvc.FetchAsync("data"));
        Assert.True((await dvc.StatusAsync()).IsClean);
        Assert.Equal(17, (await dvc.CheckoutAsync()).Unchanged);
        ValueTask<DvcAddition> waiting = (await sandbox.OpenAsync()).AddAsync("data");
        await child.KillAsync();
        Assert.Equal("data", (await waiting).Output.Path);
    }

    [Fact]
    public async Task AnRwLockThatVanishes_IsInNobodysWay()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        DvcRepository dvc = await sandbox.OpenAsync(Impatient);
        Directory.CreateDirectory(sandbox[".dvc/tmp"]);

        // there when it is asked for, gone when it is read
        File.CreateSymbolicLink(sandbox[".dvc/tmp/rwlock"], sandbox[".dvc/tmp/gone"]);
        Assert.True(File.Exists(sandbox[".dvc/tmp/rwlock"]));
        Assert.Equal("data", (await dvc.AddAsync("data")).Output.Path);
    }

    [Fact]
    public async Task Locks_DoNotUsePids()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        DvcRepository dvc = await sandbox.OpenAsync(Impatient);

        // what stands in the file holds nobody up: not a living process, not this one, not nonsense
        foreach (string text in new[] { " 1\n", string.Create(CultureInfo.InvariantCulture, $" {Environment.ProcessId}\n"), "what?" })
        {
            sandbox.Write(".dvc/tmp/lock", text);
            await dvc.AddAsync("data");
        }

        // and a holder with the number of this very process is in the way all the same
        using FileStream held = new(sandbox[".dvc/tmp/lock"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        held.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $" {Environment.ProcessId}\n")));
        held.Flush();
        DvcRepositoryBusyException busy = await Assert.ThrowsAsync<DvcRepositoryBusyException>(async () => await dvc.AddAsync("data"));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}"), busy.Holder, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OurLock_IsTheFlockThatDvcTakes()
    {
        if (!File.Exists("/usr/bin/flock"))
        {
            Assert.Skip("There is no flock program.");
        }

        using DvcSandbox sandbox = DvcSandbox.Empty();
        using (await DvcLocks.TakeAsync(sandbox.Root, [], TimeSpan.FromSeconds(1), TimeProvider.System, default))
        {
            Assert.Equal(1, Flock(sandbox[".dvc/tmp/lock"]));
        }

        Assert.Equal(0, Flock(sandbox[".dvc/tmp/lock"]));
    }

    [Fact]
    public async Task ACommandOfDvc_ThatWorksOnThePath_IsInTheWay_WhileItLives()
    {
        using DvcSandbox sandbox = DvcSandbox.Recorded();
        DvcRepository dvc = await sandbox.OpenAsync(Impatient);
        using Process living = Process.Start("sleep", "60");
        try
        {
            foreach ((string path, string mode, bool inTheWay) in new[]
            {
                ("data", "write", true), ("data/sub/a.txt", "write", true), ("", "write", true), ("data.dvc", "write", true), ("data", "read", true), ("other", "write", false), ("data2", "read", false),
            })
            {
                string full = path.Length == 0 ? sandbox.Root : sandbox[path];
                string entry = string.Create(CultureInfo.InvariantCulture, $"{{\"pid\": {living.Id}, \"cmd\": \"dvc repro train\"}}");
                sandbox.Write(".dvc/tmp/rwlock", mode == "write" ? $"{{\"write\": {{\"{full}\": {entry}}}}}" : $"{{\"write\": {{}}, \"read\": {{\"{full}\": [{entry}]}}}}");
                if (inTheWay)
                {
                    DvcRepositoryBusyException busy = await Assert.ThrowsAsync<DvcRepositoryBusyException>(async () => await dvc.AddAsync("data"));
                    Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"'dvc repro train' (process {living.Id})"), busy.Message, StringComparison.Ordinal);
                }
                else
                {
                    await dvc.AddAsync("data");
                }
            }

            sandbox.Write(".dvc/tmp/rwlock", "{\"write\": {\"" + sandbox["data"] + "\": {\"pid\": 999999999, \"cmd\": \"dvc add\"}}}");
            await dvc.AddAsync("data");
            foreach (string nonsense in new[] { "{", "[]", "{\"write\": 1}", "{\"write\": {\"" + sandbox["data"] + "\": {}}}" })
            {
                sandbox.Write(".dvc/tmp/rwlock", nonsense);
                await Assert.ThrowsAsync<DvcRepositoryBusyException>(async () => await dvc.AddAsync("data"));
            }

            sandbox.Write(".dvc/tmp/rwlock", "");
            await dvc.AddAsync("data");
        }
        finally
        {
            living.Kill();
        }
    }

    [Fact]
    public async Task SixteenCallersAtOnce_AndFourProcesses_AllSucceed()
    {
        using DvcSandbox sandbox = DvcSandbox.Empty("[core]\n    remote = r\n['remote \"r\"']\n    url = ../../remote\n");
        for (int i = 0; i < 16; i++)
        {
            for (int j = 0; j < 5; j++)
            {
                sandbox.Write(string.Create(CultureInfo.InvariantCulture, $"o{i}/f{j}"), string.Create(CultureInfo.InvariantCulture, $"{i % 3} {j}"));
            }
        }

        for (int i = 0; i < 20; i++)
        {
            sandbox.Write(string.Create(CultureInfo.InvariantCulture, $"{(char)('p' + (i / 5))}{i % 5}"), string.Create(CultureInfo.InvariantCulture, $"process {i}"));
        }

        DvcRepository one = await sandbox.OpenAsync();
        DvcRepository other = await sandbox.OpenAsync();
        ChildProcess[] children = [.. Enumerable.Range(0, 4).Select(i => ChildProcess.Start(DvcChild.Add, sandbox.Root, ((char)('p' + i)).ToString()))];
        try
        {
            await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
            {
                DvcRepository dvc = i % 2 == 0 ? one : other;
                for (int round = 0; round < 3; round++)
                {
                    await dvc.AddAsync(string.Create(CultureInfo.InvariantCulture, $"o{i}"));
                    await dvc.StatusAsync(string.Create(CultureInfo.InvariantCulture, $"o{i}"));
                    await (round == 1 ? (Task)dvc.PushAsync(string.Create(CultureInfo.InvariantCulture, $"o{i}")).AsTask() : dvc.CheckoutAsync(string.Create(CultureInfo.InvariantCulture, $"o{i}")).AsTask());
                }
            })));
            await Task.WhenAll(children.Select(c => c.EndAsync()));
        }
        finally
        {
            Array.ForEach(children, c => c.Dispose());
        }

        Assert.Equal(36, (await one.ListAsync()).Count);
        Assert.True((await one.StatusAsync()).IsClean);
        Assert.True((await one.VerifyAsync()).IsSound);
        string[] ignored = sandbox.Read(".gitignore").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(36, ignored.Distinct().Count());
        Assert.Equal(36, ignored.Length);
    }

    private static int Flock(string file)
    {
        using Process process = Process.Start("/usr/bin/flock", ["-n", file, "true"]);
        process.WaitForExit();
        return process.ExitCode;
    }
}
