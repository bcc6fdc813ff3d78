using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Serving.Tests;

public sealed class FileSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("file-source-").FullName;

    private string Model => Path.Combine(_folder, "model.stamp");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task FileSource_CorruptThenGood_ServesGood()
    {
        Write(Model, "1");
        await using ModelHost host = await HostAsync();
        await AnswersAsync(host, "1");
        for (int i = 2; i < 6; i += 2)
        {
            Write(Model, $"{i} reject");
            await Eventually.Holds(() => host.Model("x").Versions[0].State == VersionState.Rejected, "the corrupt file is rejected");
            await AnswersAsync(host, $"{i - 1}");
            Write(Model, $"{i + 1}");
            await AnswersAsync(host, $"{i + 1}");
        }

        // What was rejected once and is good again is served again.
        Write(Model, "1");
        await AnswersAsync(host, "1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FileSource_AtomicRename_IsSeen(bool watcher)
    {
        Write(Model, "1");
        await using OfferLog log = new(Source(o => o.UseWatcher = watcher));
        await log.AnswersAsync("1");
        for (int i = 2; i < 5; i++)
        {
            Rename($"{i}", time: null);
            await log.AnswersAsync($"{i}");
        }

        Assert.Equal(4, log.Offers.Count);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task FileSource_RenameWithSameLengthAndTime_IsSeen(bool watcher, bool richStamp)
    {
        Write(Model, "1");
        DateTime time = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Model, time);
        await using OfferLog log = new(Source(o =>
        {
            o.UseWatcher = watcher;
            o.Stamp = richStamp ? FileStamp.Of : PoorStamp;
        }));
        await log.AnswersAsync("1");
        Rename("2", time);
        await log.AnswersAsync("2");
        Write(Model, "3");
        File.SetLastWriteTimeUtc(Model, time);
        await log.AnswersAsync("3");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FileSource_SymlinkSwap_IsSeen(bool watcher)
    {
        Write(Path.Combine(_folder, "a"), "1");
        Write(Path.Combine(_folder, "b"), "2");
        File.CreateSymbolicLink(Model, "a");
        await using OfferLog log = new(Source(o => o.UseWatcher = watcher));
        await log.AnswersAsync("1");
        Link("b", Model);
        await log.AnswersAsync("2");
        Write(Path.Combine(_folder, "b"), "3");
        await log.AnswersAsync("3");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FileSource_ConfigMapUpdate_IsSeen(bool watcher)
    {
        // As Kubernetes mounts one: the file is a link through '..data', and an update swaps that link and removes the old folder.
        Directory.CreateDirectory(Path.Combine(_folder, "..2026_1"));
        Write(Path.Combine(_folder, "..2026_1", "model.stamp"), "1");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "..data"), "..2026_1");
        File.CreateSymbolicLink(Model, Path.Combine("..data", "model.stamp"));
        await using OfferLog log = new(Source(o => o.UseWatcher = watcher));
        await log.AnswersAsync("1");
        for (int i = 2; i < 5; i++)
        {
            string next = $"..2026_{i}";
            Directory.CreateDirectory(Path.Combine(_folder, next));
            Write(Path.Combine(_folder, next, "model.stamp"), $"{i}");
            Link(next, Path.Combine(_folder, "..data"));
            Directory.Delete(Path.Combine(_folder, $"..2026_{i - 1}"), recursive: true);
            await log.AnswersAsync($"{i}");
        }

        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task FileSource_RootLinkSwapped_IsSeen()
    {
        foreach (string release in new[] { "1", "2" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, release));
            Write(Path.Combine(_folder, release, "model.stamp"), release);
        }

        string current = Path.Combine(_folder, "current");
        Directory.CreateSymbolicLink(current, "1");
        await using OfferLog log = new(new FileSource(Path.Combine(current, "model.stamp"), Quick()));
        await log.AnswersAsync("1");
        Link("2", current);
        await log.AnswersAsync("2");
    }

    [Fact]
    public async Task FileSource_DeletedAndBack_IsSeen()
    {
        await using OfferLog log = new(Source());
        await log.OffersAsync();
        Write(Model, "1");
        await log.AnswersAsync("1");
        File.Delete(Model);
        await log.OffersAsync();
        Assert.Empty(log.Last!.Names);
        Write(Model, "1");
        await log.AnswersAsync("1");
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task FileSource_FolderMissing_ThrowsAndIsAskedAgain()
    {
        string folder = Path.Combine(_folder, "later");
        await using OfferLog log = new(new FileSource(Path.Combine(folder, "model.stamp"), Quick()));
        await Eventually.Holds(() => log.Errors.Count > 1, "it throws");
        Assert.Contains("is not there", Assert.IsType<DirectoryNotFoundException>(log.Errors[0]).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder);
        Write(Path.Combine(folder, "model.stamp"), "1");
        await log.AnswersAsync("1");
    }

    [Fact]
    public async Task FileSource_Unreadable_OffersNothingAtFirstAndKeepsWhatItKnowsLater()
    {
        Write(Model, "1");
        bool denied = true;
        List<string> problems = [];
        await using OfferLog log = new(Source(o =>
        {
            o.UseWatcher = false;
            o.Problem = problems.Add;
            o.Stamp = p => Volatile.Read(ref denied) ? throw new UnauthorizedAccessException("denied") : FileStamp.Of(p);
        }));
        await Eventually.Holds(() => log.Offers.Count > 0, "it says that there is nothing");
        Assert.Equal((0, $"'{_folder}' has nothing that can be read: denied"), (log.Offers[0].Revisions.Count, log.Offers[0].Problem));
        Volatile.Write(ref denied, false);
        await log.AnswersAsync("1");
        Volatile.Write(ref denied, true);
        Write(Model, "2");
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Volatile.Write(ref denied, false);
        await log.AnswersAsync("2");
        Assert.Empty(log.Errors);
        Assert.Single(problems.Distinct());
    }

    [Fact]
    public async Task FileSource_UnreadableWhenTheHostStarts_IsServedAtTheNextLook()
    {
        Write(Model, "1");
        bool denied = true;
        FileSource source = Source(o =>
        {
            o.UseWatcher = false;
            o.Stamp = p => Volatile.Read(ref denied) ? throw new UnauthorizedAccessException("denied") : FileStamp.Of(p);
        });

        // A wait between tries that no test outlives: only the looks can find it.
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(new StampRuntime()).Configure(o => o.RetryFirst = o.RetryLongest = TimeSpan.FromHours(1)).Serve("m", m => m.FromSource(source)),
            TestContext.Current.CancellationToken);
        Assert.Equal($"source: '{_folder}' has nothing that can be read: denied", host.Model("m").Reason);
        Volatile.Write(ref denied, false);
        await Eventually.Holds(() => host.IsReady, "it is read");
        Assert.Null(host.Model("m").Reason);
    }

    [Fact]
    public async Task FileSource_WatcherOn_NeedsNoPoll()
    {
        Write(Model, "1");
        await using OfferLog log = new(Source(o => o.PollInterval = TimeSpan.FromHours(10)));
        await log.AnswersAsync("1");
        Write(Model, "2");
        await log.AnswersAsync("2");
        Rename("3", File.GetLastWriteTimeUtc(Model));
        await log.AnswersAsync("3");
    }

    [Fact]
    public async Task FileSource_LargeFileThatLooksTheSame_IsFoundByItsDigest()
    {
        string one = new('1', 1_500_000), two = new('2', 1_500_000);
        Write(Model, one);
        DateTime written = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Model, written);
        FakeTimeProvider time = new();
        DateTimeOffset start = time.GetUtcNow();
        FileSourceOptions options = new() { UseWatcher = false, Stamp = PoorStamp };
        await using OfferLog log = new(new FileSource(Model, options, time));
        await log.AnswersAsync(one);
        Write(Model, two);
        File.SetLastWriteTimeUtc(Model, written);
        for (int i = 0; i < 10_000 && log.Offers.Count < 2; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await log.AnswersAsync(two);
        Assert.True(time.GetUtcNow() - start >= FileProbe.DigestInterval, "a file that looks the same is not digested at every look");
    }

    [Fact]
    public async Task FileSource_FileThatIsStillWritten_IsNotOffered()
    {
        Write(Model, "1");
        File.SetLastWriteTimeUtc(Model, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        FakeTimeProvider time = new();
        await using OfferLog log = new(new FileSource(Model, new FileSourceOptions { UseWatcher = false }, time));
        await log.AnswersAsync("1");

        // Longer at every look: it does not settle until the writer is done.
        StringBuilder text = new("1");
        for (int i = 0; i < 200; i++)
        {
            text.Append('2');
            File.AppendAllText(Model, "2");
            time.Advance(TimeSpan.FromMilliseconds(249));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.Single(log.Offers);
        for (int i = 0; i < 10_000 && log.Offers.Count < 2; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(249));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await log.AnswersAsync(text.ToString());
        Assert.Equal(2, log.Offers.Count);
    }

    [Fact]
    public async Task FileSource_LinkOutside_IsRefusedUnlessAllowed()
    {
        string elsewhere = Directory.CreateTempSubdirectory("elsewhere-").FullName;
        try
        {
            Write(Path.Combine(elsewhere, "model.stamp"), "1");
            File.CreateSymbolicLink(Model, Path.Combine(elsewhere, "model.stamp"));
            await using ModelHost host = await HostAsync();
            Assert.Equal(VersionState.Rejected, host.Model("x").State);
            Assert.Contains("is a link to", host.Model("x").Reason, StringComparison.Ordinal);
            await using OfferLog allowed = new(Source(o => o.AllowLinksOutside = true));
            await allowed.AnswersAsync("1");
            File.Delete(Model);
            Write(Model, "2");
            await AnswersAsync(host, "2");
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public async Task FileSource_LinksInACircle_AreNothingAndAreLookedAtAgain()
    {
        File.CreateSymbolicLink(Model, "model.stamp");
        await using OfferLog log = new(Source());
        await Eventually.Holds(() => log.Offers.Count > 0, "it says that there is nothing");
        Assert.Contains("circle", log.Offers[0].Problem, StringComparison.Ordinal);
        File.Delete(Model);
        Write(Model, "1");
        await log.AnswersAsync("1");
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task FileSource_LinkToNothing_IsNoFile()
    {
        File.CreateSymbolicLink(Model, "later");
        File.CreateSymbolicLink(Model + ".sha256", "never");
        await using OfferLog log = new(Source());
        await log.OffersAsync();
        Write(Path.Combine(_folder, "later"), "1");
        await log.AnswersAsync("1");
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task FileSource_DigestBeside_IsHeldAgainstTheFile()
    {
        Write(Model, "1");
        Write(Model + ".sha256", $"{Digest.Of("1"u8).Hex}  model.stamp\n");
        await using ModelHost host = await HostAsync();
        await AnswersAsync(host, "1");
        Assert.Equal(Digest.Of("1"u8), host.Model("x").Versions[0].Digest);
        Write(Model, "2");
        await Eventually.Holds(() => host.Model("x").Versions[0].State == VersionState.Rejected, "the tampered file is rejected");
        Assert.StartsWith($"version {host.Model("x").Versions[0].Version}: digest: expected ", host.Model("x").Reason, StringComparison.Ordinal);
        await AnswersAsync(host, "1");
        Write(Model + ".sha256", $"{Digest.Of("2"u8).Hex}  model.stamp\n");
        await AnswersAsync(host, "2");
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("what?", "does not begin with 64 hex digits")]
    public async Task FileSource_RequireDigest_RejectsAModelWithoutOne(string? sum, string reason)
    {
        Write(Model, "1");
        if (sum is not null)
        {
            Write(Model + ".sha256", sum);
        }

        await using ModelHost host = await HostAsync(o => o.RequireDigest = true);
        Assert.Equal(VersionState.Rejected, host.Model("x").State);
        Assert.Contains(reason, host.Model("x").Reason, StringComparison.Ordinal);
        Write(Model + ".sha256", Digest.Of("1"u8).Hex);
        await AnswersAsync(host, "1");
    }

    [Fact]
    public async Task FileSource_GoldenExamplesBeside_BelongToTheModel()
    {
        Write(Model, "1");
        Write(Model + ".golden.jsonl", "{}");
        await using OfferLog log = new(Source());
        await log.AnswersAsync("1");
        ModelRevision first = log.Last!.Revisions[0];
        ModelContent content = await first.Read!(default);
        Assert.Equal(["golden.jsonl", "model.stamp"], content.Files.Select(f => f.Path));
        Assert.Equal(Digest.Of("1"u8).Hex[..12], first.Version);
        Write(Model + ".golden.jsonl", "{ }");
        await Eventually.Holds(() => log.Last!.Revisions[0].Digest != first.Digest, "other examples are another model");
        Assert.Equal(first.Version, log.Last!.Revisions[0].Version);
    }

    [Fact]
    public async Task FileSource_FileTooLarge_IsNotRead()
    {
        Write(Model, new string('x', 1_000));
        await using ModelHost host = await HostAsync(o => o.MaximumBytes = 999);
        Assert.Contains("1000 bytes; at most 999", host.Model("x").Reason, StringComparison.Ordinal);
        Write(Model, "1");
        await AnswersAsync(host, "1");
    }

    [Fact]
    public void FileSource_WrongArguments_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new FileSource(" "));
        Assert.Throws<ArgumentException>(() => new FileSource("/"));
        Assert.Contains("register the model", Assert.Throws<ArgumentException>(() => new FileSource("gs://bucket/model.onnx")).Message, StringComparison.Ordinal);
        Assert.Equal("/models/a b.onnx", new FileSource("file:///models/a%20b.onnx").Path);
        Assert.Throws<ArgumentException>(() => Source(o => o.PollInterval = TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => Source(o => o.SettleTime = TimeSpan.FromSeconds(-1)));
        Assert.Throws<ArgumentException>(() => Source(o => o.MaximumBytes = 1L << 31));
        Assert.Throws<ArgumentException>(() => Source(o => o.MaximumFiles = 0));
        Assert.Throws<ArgumentException>(() => Source(o => o.Endings = ["onnx"]));
    }

    /// <summary>What a file system gives that knows neither a change time nor numbers.</summary>
    internal static FileStamp PoorStamp(string path) => FileStamp.Of(path) with { Changed = 0, Inode = 0, Device = 0 };

    internal static FileSourceOptions Quick(Action<FileSourceOptions>? configure = null)
    {
        FileSourceOptions options = new() { PollInterval = TimeSpan.FromMilliseconds(10), SettleTime = TimeSpan.FromMilliseconds(20) };
        configure?.Invoke(options);
        return options;
    }

    private static async Task AnswersAsync(ModelHost host, string content) => await Eventually.Holds(
        () => host.Model("x").Version == Digest.Of(Encoding.UTF8.GetBytes(content)).Hex[..12]
            && host.Predictor<int, Stamped>("x").Predict(1).Version == content,
        $"'{content}' answers");

    private static void Write(string path, string content) => File.WriteAllText(path, content);

    private void Rename(string content, DateTime? time)
    {
        string next = Path.Combine(_folder, "next");
        Write(next, content);
        if (time is not null)
        {
            File.SetLastWriteTimeUtc(next, time.Value);
        }

        File.Move(next, Model, overwrite: true);
    }

    private void Link(string target, string path)
    {
        string link = Path.Combine(_folder, ".link");
        File.CreateSymbolicLink(link, target);
        Publisher.Rename(link, path);
    }

    private FileSource Source(Action<FileSourceOptions>? configure = null) => new(Model, Quick(configure));

    private Task<ModelHost> HostAsync(Action<FileSourceOptions>? configure = null) => ModelHost.StartAsync(
        h => h.UseRuntime(new StampRuntime()).Serve<int, Stamped>("x", configure: s => s.FromSource(Source(configure))), TestContext.Current.CancellationToken);
}
