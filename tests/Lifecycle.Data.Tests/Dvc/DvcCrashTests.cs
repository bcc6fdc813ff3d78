using System.Globalization;
using Lifecycle.Statistics;
using Lifecycle.Storage.Local.Tests;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

/// <summary>Killed at any moment, or with no room left: what the user has stays, what is named is whole, the next call works.</summary>
public sealed class DvcCrashTests
{
    /// <summary>Of each act. CI kills 4 processes, <c>LIFECYCLE_DEPTH=full</c> 60.</summary>
    private static readonly int Kills = Depth.IsFull ? 60 : 4;

    [Fact]
    public async Task Killed_DuringAdd_NothingOfTheUserChanges_AndWhatWasAddedIsWhole()
    {
        RandomStream random = new(9);
        int inside = 0;
        for (int i = 0; i < Kills; i++)
        {
            using DvcSandbox sandbox = await MakeAsync();
            SortedDictionary<string, string> content = sandbox.Snapshot("d"), source = sandbox.Stamps("d");
            List<string> lines = await KillAsync(DvcChild.AddOn, sandbox, i % 4, TimeSpan.FromMicroseconds(random.NextBelow(60_000)));
            inside += lines is [.., Program.Begin] ? 1 : 0;
            Assert.Equal(source, sandbox.Stamps("d"));
            DvcRepository dvc = await sandbox.OpenAsync();
            DvcVerification verification = await dvc.VerifyAsync();
            Assert.True(verification.IsSound, string.Join('\n', verification.Damaged.Concat(verification.Missing)));

            // each folder that was begun holds what was put there, and is added now
            int begun = lines.Count(l => l == Program.Begin), ended = lines.Count(l => l == Program.End);
            for (int number = 1; number < begun; number++)
            {
                Assert.All(DvcChild.Files(number), f => Assert.Equal(f.Content, File.ReadAllBytes(sandbox[f.Path])));
                Assert.True(number >= ended || File.Exists(sandbox[string.Create(CultureInfo.InvariantCulture, $"x{number}.dvc")]));
                await dvc.AddAsync(string.Create(CultureInfo.InvariantCulture, $"x{number}"));
            }

            await AssertSoundAsync(sandbox, content);
        }

        Assert.True(inside >= Kills / 4, $"only {inside} of {Kills} were killed while they added");
    }

    [Fact]
    public async Task Killed_DuringCheckout_EveryFileIsOneOfBothStates_AndTheNextCheckoutWorks()
    {
        RandomStream random = new(11);
        using DvcSandbox sandbox = await MakeAsync();
        await (await sandbox.OpenAsync()).CheckoutAsync("co");
        File.Copy(sandbox["co.dvc"], Path.Combine(sandbox.Outside, "first.dvc"));
        SortedDictionary<string, string> first = sandbox.Snapshot("co");
        for (int i = 0; i < 60; i += 3)
        {
            File.WriteAllText(sandbox[string.Create(CultureInfo.InvariantCulture, $"co/{i % 5}/f{i}")], string.Create(CultureInfo.InvariantCulture, $"second {i}"));
        }

        File.WriteAllText(sandbox["co/big"], new string('z', 1_100_000));
        Directory.Delete(sandbox["co/1"], recursive: true);
        sandbox.Write("co/new/file", "new");
        await (await sandbox.OpenAsync()).AddAsync("co");
        File.Copy(sandbox["co.dvc"], Path.Combine(sandbox.Outside, "second.dvc"));
        SortedDictionary<string, string> second = sandbox.Snapshot("co"), source = sandbox.Stamps("d");
        HashSet<(string, string)> known = [.. first.Concat(second).Select(f => (f.Key, f.Value))];
        int inside = 0;
        for (int i = 0; i < Kills; i++)
        {
            List<string> lines = await KillAsync(DvcChild.CheckoutOn, sandbox, i % 4, TimeSpan.FromMicroseconds(random.NextBelow(60_000)));
            inside += lines is [.., Program.Begin] ? 1 : 0;
            Assert.All(sandbox.Snapshot("co"), f => Assert.Contains((f.Key, f.Value), known));
            Assert.Equal(source, sandbox.Stamps("d"));
            DvcRepository dvc = await sandbox.OpenAsync();
            Assert.True((await dvc.VerifyAsync()).IsSound);
            File.Copy(Path.Combine(sandbox.Outside, i % 2 == 0 ? "first.dvc" : "second.dvc"), sandbox["co.dvc"], overwrite: true);
            await dvc.CheckoutAsync("co");
            Assert.Equal(i % 2 == 0 ? first : second, sandbox.Snapshot("co"));
        }

        Assert.True(inside >= Kills / 4, $"only {inside} of {Kills} were killed while they checked out");
    }

    [Fact]
    public async Task Killed_DuringPush_NothingFalseIsLeft()
    {
        RandomStream random = new(12);
        int inside = 0;
        for (int i = 0; i < Kills; i++)
        {
            using DvcSandbox sandbox = await MakeAsync();
            SortedDictionary<string, string> content = sandbox.Snapshot("d"), source = sandbox.Stamps("d");
            await (await sandbox.OpenAsync()).AddAsync("d");
            List<string> lines = await KillAsync(DvcChild.PushOn, sandbox, i % 4, TimeSpan.FromMicroseconds(random.NextBelow(60_000)));
            inside += lines is [.., Program.Begin] ? 1 : 0;
            Assert.Equal(source, sandbox.Stamps("d"));
            await AssertSoundAsync(sandbox, content);
        }

        Assert.True(inside >= Kills / 4, $"only {inside} of {Kills} were killed while they pushed");
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
        int refused = await FillAsync(disk, sandbox, source, async () => await dvc.AddAsync("d"));
        Assert.True(refused > (Depth.IsFull ? 60 : 20), string.Create(CultureInfo.InvariantCulture, $"only {refused} refusals"));
        Assert.True((await dvc.StatusAsync()).IsClean);
        refused = await FillAsync(disk, sandbox, source, async () => await dvc.PushAsync());
        Assert.True(refused > 3, string.Create(CultureInfo.InvariantCulture, $"only {refused} refusals"));
        SortedDictionary<string, string> content = sandbox.Snapshot("d");
        Directory.Delete(sandbox["d"], recursive: true);
        refused = await FillAsync(disk, sandbox, null, async () => await dvc.CheckoutAsync());
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

    // Acts follow one upon the other, so that nearly every moment lies inside of one.
    private static async Task<List<string>> KillAsync(string routine, DvcSandbox sandbox, int acts, TimeSpan after)
    {
        using ChildProcess child = ChildProcess.Start(routine, sandbox.Root);
        await child.ExpectAsync("ready");
        List<string> lines = [];
        while (lines.Count(l => l == Program.End) < acts && await child.Output.ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        await Task.Delay(after);
        lines.AddRange(await child.KillAsync());
        return lines;
    }

    // Room grows by a page each time, so each write in turn is the one that fails; CI passes over pages the more room there is.
    private static async Task<int> FillAsync(TinyDisk disk, DvcSandbox sandbox, SortedDictionary<string, string>? source, Func<Task> act)
    {
        int refused = 0;
        for (int room = 0; ; room += Depth.IsFull ? 4096 : 4096 * (1 + (room / 4096 / 8)))
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
                SmallDisk.AssertFull(e, disk.Folder.Path);
                refused++;
            }

            if (source is not null)
            {
                Assert.Equal(source, sandbox.Stamps("d"));
            }

            // only whole objects may have come
            foreach ((string path, string bytes) in sandbox.Snapshot().Where(f => !before.ContainsKey(f.Key) && f.Key is not ("d.dvc" or ".gitignore")))
            {
                Assert.Matches("^(\\.dvc/cache|remote)/files/md5/", path);
                string oid = path[(path.IndexOf("/md5/", StringComparison.Ordinal) + 5)..].Replace("/", "", StringComparison.Ordinal);
                Assert.Equal(oid, NaiveDvc.Md5(Convert.FromHexString(bytes)) + (path.EndsWith(".dir", StringComparison.Ordinal) ? ".dir" : ""));
            }

            Assert.Empty((await (await sandbox.OpenAsync()).VerifyAsync()).Damaged);
        }
    }

    private static async Task<DvcSandbox> MakeAsync()
    {
        DvcSandbox sandbox = DvcSandbox.Empty("[core]\n    remote = r\n['remote \"r\"']\n    url = ../../remote\n" + string.Concat(
            Enumerable.Range(0, DvcChild.Remotes).Select(i => string.Create(CultureInfo.InvariantCulture, $"['remote \"r{i}\"']\n    url = ../../remote{i}\n"))));
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
        foreach (string remote in Directory.EnumerateDirectories(sandbox.Outside, "remote*"))
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
