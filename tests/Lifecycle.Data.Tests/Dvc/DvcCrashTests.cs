using System.Globalization;
using Lifecycle.Statistics;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

/// <summary>Killed at any moment, or with no room left: what the user has stays, what is named is whole, the next call works.</summary>
public sealed class DvcCrashTests
{
    private const int Few = 8;
    private const int Many = 160;

    private static int Kills => Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full" ? Many : Few;

    [Fact]
    public async Task Killed_DuringCheckout_Add_Push_NothingOfTheUserChanges_AndNothingFalseIsLeft()
    {
        RandomStream random = new(9);
        using DvcSandbox made = await MakeAsync();
        SortedDictionary<string, string> content = made.Snapshot("d");
        int killed = 0;
        for (int i = 0; i < Kills; i++)
        {
            using DvcSandbox sandbox = await MakeAsync();
            SortedDictionary<string, string> source = sandbox.Stamps("d");
            using (ChildProcess child = ChildProcess.Start(DvcChild.Work, sandbox.Root))
            {
                // the moment lies in one of the three acts, or soon behind one
                string[] marks = ["ready", "out", "added"];
                for (int mark = 0; mark <= i % 3; mark++)
                {
                    Assert.Equal(marks[mark], await child.Output.ReadLineAsync());
                }

                await Task.Delay(TimeSpan.FromMicroseconds(random.NextBelow(60_000)));
                killed += (await child.KillAsync()).Contains("pushed") ? 0 : 1;
            }

            Assert.Equal(source, sandbox.Stamps("d"));
            await AssertSoundAsync(sandbox, content);
        }

        Assert.True(killed > 0, "every child was done before it was killed");
    }

    [Fact]
    public async Task DiskFull_AtEveryWrite_LeavesSourceUntouched()
    {
        using TinyDisk disk = TinyDisk.Mount(4);
        using DvcSandbox sandbox = DvcSandbox.Empty("[core]\n    remote = r\n['remote \"r\"']\n    url = ../remote\n", disk.Folder);
        for (int i = 0; i < 12; i++)
        {
            sandbox.Write(string.Create(CultureInfo.InvariantCulture, $"d/{i % 4}/f{i}"), new string((char)('a' + i), 1 + (i * 97)));
        }

        sandbox.Write("d/big", new string('b', 300_000));
        SortedDictionary<string, string> source = sandbox.Stamps("d");
        DvcRepository dvc = await sandbox.OpenAsync();
        int refused = await FillAsync(disk, sandbox, source, 4096, async () => await dvc.AddAsync("d"));
        Assert.True(refused > 60, string.Create(CultureInfo.InvariantCulture, $"only {refused} refusals"));
        Assert.True((await dvc.StatusAsync()).IsClean);
        refused = await FillAsync(disk, sandbox, source, 16_384, async () => await dvc.PushAsync());
        Assert.True(refused > 3, string.Create(CultureInfo.InvariantCulture, $"only {refused} refusals"));
        SortedDictionary<string, string> content = sandbox.Snapshot("d");
        Directory.Delete(sandbox["d"], recursive: true);
        refused = await FillAsync(disk, sandbox, null, 16_384, async () => await dvc.CheckoutAsync());
        Assert.True(refused > 3, string.Create(CultureInfo.InvariantCulture, $"only {refused} refusals"));
        Assert.Equal(content, sandbox.Snapshot("d"));
    }

    [Fact]
    public async Task Cancelled_AtAnyMoment_LeavesOnlyWholeObjects()
    {
        RandomStream random = new(10);
        using DvcSandbox sandbox = await MakeAsync();
        SortedDictionary<string, string> content = sandbox.Snapshot("d");
        DvcRepository dvc = await sandbox.OpenAsync();
        for (int i = 0; i < 15; i++)
        {
            using CancellationTokenSource cancel = new(TimeSpan.FromMicroseconds(random.NextBelow(20_000)));
            try
            {
                await dvc.AddAsync("d", cancel.Token);
                await dvc.PushAsync(cancellationToken: cancel.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.DoesNotContain(Directory.EnumerateFiles(sandbox[".dvc/cache"], ".*.tmp", SearchOption.AllDirectories), _ => true);
            }
        }

        await AssertSoundAsync(sandbox, content);
    }

    // Room grows by a page or more a time, so each write in turn is the one that fails.
    private static async Task<int> FillAsync(TinyDisk disk, DvcSandbox sandbox, SortedDictionary<string, string>? source, int step, Func<Task> act)
    {
        int refused = 0;
        for (int room = 0; ; room += step)
        {
            disk.Leave(room);
            SortedDictionary<string, string> before = sandbox.Snapshot();
            try
            {
                await act();
                disk.Free();
                return refused;
            }
            catch (LifecycleStorageException e)
            {
                Assert.Contains("is full", e.Message, StringComparison.Ordinal);
                Assert.Contains("are free", e.Message, StringComparison.Ordinal);
                refused++;
            }

            if (source is not null)
            {
                Assert.Equal(source, sandbox.Stamps("d"));
            }

            // only whole objects may have come
            Assert.DoesNotContain(sandbox.Snapshot().Keys.Except(before.Keys), k => k.Contains(".tmp", StringComparison.Ordinal) || !(k.StartsWith(".dvc/cache/", StringComparison.Ordinal) || k == "d.dvc" || k == ".gitignore"));
            Assert.Empty((await (await sandbox.OpenAsync()).VerifyAsync()).Damaged);
        }
    }

    private static async Task<DvcSandbox> MakeAsync()
    {
        DvcSandbox sandbox = DvcSandbox.Empty("[core]\n    remote = r\n['remote \"r\"']\n    url = ../../remote\n");
        for (int i = 0; i < 60; i++)
        {
            sandbox.Write(string.Create(CultureInfo.InvariantCulture, $"d/{i % 7}/f{i}"), string.Create(CultureInfo.InvariantCulture, $"data {i}"));
            sandbox.Write(string.Create(CultureInfo.InvariantCulture, $"co/{i % 5}/f{i}"), string.Create(CultureInfo.InvariantCulture, $"out {i}"));
        }

        sandbox.Write("d/big", new string('x', 2_000_000));
        sandbox.Write("co/big", new string('y', 1_000_000));
        await (await sandbox.OpenAsync()).AddAsync("co");
        Directory.Delete(sandbox["co"], recursive: true);
        return sandbox;
    }

    private static async Task AssertSoundAsync(DvcSandbox sandbox, SortedDictionary<string, string> content)
    {
        DvcRepository dvc = await sandbox.OpenAsync();
        DvcVerification verification = await dvc.VerifyAsync();
        Assert.True(verification.IsSound, string.Join('\n', verification.Damaged.Concat(verification.Missing)));
        string remote = Path.Combine(sandbox.Outside, "remote");
        if (Directory.Exists(remote))
        {
            foreach (string file in Directory.EnumerateFiles(remote, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith('.')))
            {
                string oid = Path.GetFileName(Path.GetDirectoryName(file)!) + Path.GetFileName(file);
                byte[] bytes = File.ReadAllBytes(file);
                Assert.Equal(oid.Replace(".dir", "", StringComparison.Ordinal), NaiveDvc.Md5(bytes));
                if (oid.EndsWith(".dir", StringComparison.Ordinal))
                {
                    Assert.All(DvcDirectoryObject.Parse(bytes, file), e => Assert.True(File.Exists(Path.Combine(remote, "files", "md5", e.Md5[..2], e.Md5[2..]))));
                }
            }
        }

        if (Directory.Exists(sandbox["co"]))
        {
            Assert.All(sandbox.Snapshot("co"), f => Assert.True(File.Exists(sandbox.Object(NaiveDvc.Md5(Convert.FromHexString(f.Value))))));
        }

        await dvc.CheckoutAsync("co");
        await dvc.AddAsync("d");
        await dvc.PushAsync();
        Assert.True((await dvc.StatusAsync()).IsClean);
        Assert.Equal(content, sandbox.Snapshot("d"));
    }

    [Fact]
    public void TemporaryFilesOfTheDead_AreSwept_ThoseOfTheLivingStay()
    {
        using TemporaryFolder folder = new();
        DvcCache cache = new(folder.Path);
        Directory.CreateDirectory(folder["stamps"]);
        DateTime start = TimeProvider.System.GetUtcNow().UtcDateTime;
        string before = Litter(cache, start.AddHours(-30));
        using (DvcObjectWriter writer = new(cache, "push", DvcStamps.Load(folder["stamps"])))
        {
            writer.Add(NaiveDvc.Md5("x"u8.ToArray()), DvcHashKind.Md5, "x"u8);

            // all lie where they are looked for; the writer has been at work for a day now
            string[] living = [.. Directory.EnumerateFiles(folder.Path, ".*.tmp", SearchOption.AllDirectories).Where(f => f != before)];
            Assert.Equal(2, living.Length);
            Assert.All(living, f => Assert.Equal(cache.ObjectsFolder, Path.GetDirectoryName(f)));
            string held = living.Single(f => !CanOpen(f));
            File.SetLastWriteTimeUtc(held, start.AddHours(-24));
            Assert.All(living.Where(f => f != held), f => File.SetLastWriteTimeUtc(f, start.AddHours(-20)));
            DvcCache.Sweep(cache.ObjectsFolder, start);
            Assert.False(File.Exists(before));
            Assert.All(living, f => Assert.True(File.Exists(f)));
            writer.Publish(CancellationToken.None);
        }

        Assert.Empty(Directory.EnumerateFiles(folder.Path, ".*.tmp", SearchOption.AllDirectories));
        string young = Litter(cache, start.AddMinutes(-30));
        string old = Litter(cache, start.AddHours(-2));
        DvcCache.Sweep(cache.ObjectsFolder, start);
        Assert.True(File.Exists(young));
        Assert.False(File.Exists(old));
    }

    // Many, so that the file that is held is hardly the first in the order of the folder.
    [Fact]
    public void TemporaryFilesOfOneTick_StayTogether_WhileOneIsHeld()
    {
        using TemporaryFolder folder = new();
        DvcCache cache = new(folder.Path);
        Directory.CreateDirectory(folder["stamps"]);
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        using DvcObjectWriter writer = new(cache, "add", DvcStamps.Load(folder["stamps"]));
        for (byte i = 0; i < 50; i++)
        {
            writer.Add(NaiveDvc.Md5([i]), DvcHashKind.Md5, [i]);
        }

        string[] living = Directory.GetFiles(cache.ObjectsFolder, ".*.tmp");
        Array.ForEach(living, f => File.SetLastWriteTimeUtc(f, now.AddHours(-2)));
        string older = Litter(cache, now.AddHours(-2).AddMilliseconds(-1));
        DvcCache.Sweep(cache.ObjectsFolder, now);
        Assert.Equal(51, living.Count(File.Exists));
        Assert.False(File.Exists(older));
        writer.Publish(CancellationToken.None);
    }

    private static string Litter(DvcCache cache, DateTime time)
    {
        Directory.CreateDirectory(cache.ObjectsFolder);
        string file = DvcCache.TemporaryName(cache.ObjectsFolder);
        File.WriteAllBytes(file, [1]);
        File.SetLastWriteTimeUtc(file, time);
        return file;
    }

    private static bool CanOpen(string file)
    {
        try
        {
            using FileStream held = new(file, FileMode.Open, FileAccess.Read, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
