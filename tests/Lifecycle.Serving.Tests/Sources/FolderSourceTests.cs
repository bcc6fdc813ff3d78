using System.Text;

namespace Lifecycle.Serving.Tests;

public sealed class FolderSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("folder-source-").FullName;
    private readonly List<string> _problems = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FolderSource_VersionsComeAndGo_AreFollowed(bool watcher)
    {
        Write("2/model.stamp", "two");
        Write("9.stamp", "nine");
        await using OfferLog log = new(Source(VersionPolicy.Latest(2), o => o.UseWatcher = watcher));
        await log.OffersAsync("2", "9");
        Assert.Equal("9", log.Last!.Names[ModelOffer.Latest]);
        Write("10/model.stamp", "ten");
        await log.OffersAsync("9", "10");
        await log.AnswersAsync("ten");
        Write("10/model.stamp", "TEN");
        await log.AnswersAsync("TEN");
        Directory.Delete(Path.Combine(_folder, "10"), recursive: true);
        await log.OffersAsync("2", "9");
        await log.AnswersAsync("nine");
        File.Delete(Path.Combine(_folder, "9.stamp"));
        Directory.Delete(Path.Combine(_folder, "2"), recursive: true);
        await log.OffersAsync();
        Write("1/model.stamp", "one");
        await log.AnswersAsync("one");
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task FolderSource_FolderOfAVersion_BelongsToTheModelWhole()
    {
        Write("1/model.stamp", "one");
        Write("1/golden.jsonl", "{}");
        Write("1/notes/labels.txt", "yes");
        Write("1/.hidden", "no");
        Write("1/upload.tmp", "no");
        Write("1/model.stamp.sha256", $"{Digest.Of("one"u8).Hex}  model.stamp");
        Write("2.stamp", "two");
        Write("2.stamp.golden.jsonl", "[]");
        await using OfferLog log = new(Source(VersionPolicy.All()));
        await log.OffersAsync("1", "2");
        ModelContent one = await log.Last!.Find("1")!.Read!(default);
        Assert.Equal(["golden.jsonl", "model.stamp", "notes/labels.txt"], one.Files.Select(f => f.Path));
        Assert.Equal([null, Digest.Of("one"u8), null], one.Files.Select(f => f.Expected));
        ModelContent two = await log.Last!.Find("2")!.Read!(default);
        Assert.Equal(["2.stamp", "golden.jsonl"], two.Files.Select(f => f.Path));

        // As the registry would name the same files.
        string lines = string.Concat(one.Files.Select(f => $"{Digest.Of(f.Bytes.Span)} {f.Bytes.Length} {f.Path}\n"));
        Assert.Equal(Digest.Of(Encoding.UTF8.GetBytes(lines)), log.Last!.Find("1")!.Digest);
        Write("1/notes/labels.txt", "no");
        Digest? before = log.Last!.Find("1")!.Digest;
        await Eventually.Holds(() => log.Last!.Find("1")!.Digest != before, "a changed part is another model");
    }

    [Fact]
    public async Task FolderSource_VersionWithoutModelYet_IsNotOffered()
    {
        Write("1/model.stamp", "one");
        Write("2/golden.jsonl", "{}");
        await using OfferLog log = new(Source());
        await log.AnswersAsync("one");
        Write("2/.model.stamp.part", "half");
        Assert.Equal(["1"], await Source().ListVersionsAsync(TestContext.Current.CancellationToken));
        Publisher.Rename(Path.Combine(_folder, "2/.model.stamp.part"), Path.Combine(_folder, "2/model.stamp"));
        await log.AnswersAsync("half");
        Assert.Equal(["1", "2"], log.Offers.Select(o => o.Names[ModelOffer.Latest]));
        Assert.Equal(["1", "2"], await Source().ListVersionsAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task FolderSource_NamesThatAreNoVersions_AreToldOnce()
    {
        Write("1/model.stamp", "one");
        Write("a b/model.stamp", "x");
        Write("-1.stamp", "x");
        Write("readme.md", "x");
        Write("lost+found/other", "x");
        Write(".2/model.stamp", "x");
        await using OfferLog log = new(Source(VersionPolicy.All()));
        await log.OffersAsync("1");
        Write("2/model.stamp", "two");
        await log.OffersAsync("1", "2");
        Assert.Equal(2, _problems.Count);
        Assert.Contains(_problems, p => p.Contains("'a b'", StringComparison.Ordinal));
        Assert.Contains(_problems, p => p.Contains("'-1'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FolderSource_UnreadableVersion_HidesNoOther()
    {
        Write("1/model.stamp", "one");
        Write("2/model.stamp", "two");
        bool denied = true;
        await using OfferLog log = new(Source(configure: o => o.Stamp = p =>
            Volatile.Read(ref denied) && p.Contains("/2/", StringComparison.Ordinal) ? throw new UnauthorizedAccessException("denied") : FileStamp.Of(p)));
        await log.AnswersAsync("one");
        Write("1/model.stamp", "ONE");
        await log.AnswersAsync("ONE");
        Volatile.Write(ref denied, false);
        await log.AnswersAsync("two");
        Assert.Single(_problems);
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task FolderSource_RefusedVersion_IsOfferedWithItsReasonAndTakesNoPlace()
    {
        string elsewhere = Directory.CreateTempSubdirectory("elsewhere-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(elsewhere, "model.stamp"), "secret");
            Write("1/model.stamp", "one");
            Write("2/model.stamp", "much too large");
            Write("3/model.stamp", "three");
            Write("3/model.stamp.sha256", Digest.Of("other"u8).Hex);
            Write("4/model.stamp", "four");
            File.CreateSymbolicLink(Path.Combine(_folder, "4", "leak"), Path.Combine(elsewhere, "model.stamp"));
            Directory.CreateSymbolicLink(Path.Combine(_folder, "5"), elsewhere);
            Write("6/model.stamp", "six");
            for (int i = 0; i < 5; i++)
            {
                Write($"6/part{i}", "");
            }

            await using OfferLog log = new(Source(configure: o =>
            {
                o.MaximumBytes = 10;
                o.MaximumFiles = 5;
            }));
            await log.OffersAsync("1", "2", "3", "4", "5", "6");
            Assert.Equal("1", log.Last!.Names[ModelOffer.Latest]);
            foreach ((string version, string reason) in new[] { ("2", "have 14 bytes"), ("4", "'leak' of '4' is a link"), ("5", "'5' is a link"), ("6", "more than 5 files") })
            {
                Exception? error = Record.Exception(() => log.Last!.Find(version)!.Read!(default).AsTask().GetAwaiter().GetResult());
                Assert.Contains(reason, Assert.IsType<ModelRejectedException>(error).Message, StringComparison.Ordinal);
            }

            // A wrong sum is found by the loader, on the bytes that it would load.
            ContentFile three = (await log.Last!.Find("3")!.Read!(default)).Files[0];
            Assert.Equal(Digest.Of("other"u8), three.Expected);
            Write("3/model.stamp.sha256", Digest.Of("three"u8).Hex);
            await log.AnswersAsync("three");
            await log.OffersAsync("3", "4", "5", "6");
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public async Task FolderSource_DemandedVersion_IsOfferedBesides()
    {
        foreach (string version in new[] { "1", "2", "3" })
        {
            Write($"{version}.stamp", version);
        }

        await using OfferLog latest = new(Source(), ModelOffer.Latest, "1", "champion");
        await latest.OffersAsync("1", "3");
        Assert.Null(latest.Last!.Find("champion"));
        await using OfferLog only = new(Source(VersionPolicy.Only("2")), "1");
        await only.OffersAsync("2");
    }

    [Fact]
    public async Task FolderSource_LinksInside_AreFollowed()
    {
        // A ConfigMap with the item '3/model.stamp', and a folder that holds itself.
        Write("..one/3/model.stamp", "one");
        Write("..two/3/model.stamp", "two");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "..data"), "..one");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "3"), "..data/3");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "..two/3/self"), ".");
        File.CreateSymbolicLink(Path.Combine(_folder, "..two/3/nothing"), "nowhere");
        File.CreateSymbolicLink(Path.Combine(_folder, "2.stamp"), "nowhere");
        File.CreateSymbolicLink(Path.Combine(_folder, "9.stamp"), "9.stamp");
        await using OfferLog log = new(Source());
        await log.AnswersAsync("one");
        Directory.CreateSymbolicLink(Path.Combine(_folder, ".next"), "..two");
        Publisher.Rename(Path.Combine(_folder, ".next"), Path.Combine(_folder, "..data"));
        await log.AnswersAsync("two");
        Assert.Equal(["3"], log.Versions);
        Assert.Contains("circle", Assert.Single(_problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FolderSource_ModelInTheRootItself_IsTheVersionModel()
    {
        // As SageMaker and Vertex AI unpack one.
        Write("model.onnx", "one");
        await using OfferLog log = new(new FolderSource(new Uri(_folder).AbsoluteUri, null, FileSourceTests.Quick()));
        await log.OffersAsync("model");
        Assert.Contains("mount the place", Assert.Throws<ArgumentException>(() => new FolderSource("gs://bucket/model")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FromFolder_NewVersion_AnswersInTheHost()
    {
        Write("1/model.stamp", "one");
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(new StampRuntime()).Serve<int, Stamped>("x", configure: s => s.FromFolder(_folder, configure: o =>
            {
                o.Endings = [".stamp"];
                o.PollInterval = TimeSpan.FromMilliseconds(10);
            })),
            TestContext.Current.CancellationToken);
        Assert.Equal("one", host.Predictor<int, Stamped>("x").Predict(1).Version);
        Write("2/model.stamp", "two");
        await Eventually.Holds(() => host.Predictor<int, Stamped>("x").Predict(1).Version == "two" && host.Model("x").Version == "2", "version 2 answers");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task FolderSource_RandomChanges_OffersWhatThePolicySays(int seed)
    {
        // By hand, oldest first: what the order of versions is.
        string[] order = ["backup", "release-2", "v1", "1.2", "v10", "2", "9", "10"];
        Dictionary<string, string> there = [];
        await using OfferLog latest = new(Source(VersionPolicy.Latest(2)));
        await using OfferLog all = new(Source(VersionPolicy.All(4), o => o.UseWatcher = false));
        await using OfferLog only = new(Source(VersionPolicy.Only("9", "v1", "backup"), o => o.Stamp = FileSourceTests.PoorStamp));
        Random random = new(seed);
        for (int step = 0; step < (Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full" ? 300 : 30); step++)
        {
            string version = order[random.Next(order.Length)];
            string flat = $"{version}.stamp";
            if (!there.TryGetValue(version, out string? old))
            {
                there[version] = random.Next(2) == 0 ? flat : $"{version}/model.stamp";
                Write(there[version], $"{version} {step}");
            }
            else if (random.Next(3) > 0)
            {
                there.Remove(version);
                File.Delete(Path.Combine(_folder, old));
                if (old != flat && random.Next(2) == 0)
                {
                    Directory.Delete(Path.Combine(_folder, version), recursive: true);
                }
            }
            else
            {
                Write(old, $"{version} {step}");
            }

            string[] expected = [.. order.Where(there.ContainsKey)];
            foreach ((OfferLog log, string[] versions) in new[]
            {
                (latest, expected[Math.Max(0, expected.Length - 2)..]),
                (all, expected[Math.Max(0, expected.Length - 4)..]),
                (only, [.. expected.Where(v => v is "9" or "v1" or "backup")]),
            })
            {
                await log.OffersAsync(versions);
                foreach (string offered in versions)
                {
                    string text = File.ReadAllText(Path.Combine(_folder, there[offered]));
                    await Eventually.Holds(() => OfferLog.Text(log.Last!.Find(offered)) == text, $"step {step}: '{text}' is offered");
                }

                Assert.Equal(versions.LastOrDefault(), log.Last!.Find(ModelOffer.Latest)?.Version);
                Assert.Empty(log.Errors);
            }
        }
    }

    private void Write(string path, string content)
    {
        string full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }

    private FolderSource Source(VersionPolicy? policy = null, Action<FileSourceOptions>? configure = null) => new(_folder, policy, FileSourceTests.Quick(o =>
    {
        o.Endings = [".stamp"];
        o.Problem = problem =>
        {
            lock (_problems)
            {
                _problems.Add(problem);
            }
        };
        configure?.Invoke(o);
    }));
}
