using System.Collections.Concurrent;
using System.Diagnostics;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Serving.Tests;

/// <summary>
/// Another process publishes again and again, in every way; sources with and without watcher, with rich and poor stamps, follow.
/// CI publishes 60 times with short waits, <c>LIFECYCLE_DEPTH=full</c> 500 times with the waits that users have.
/// </summary>
public sealed class PublishFuzzTests(ITestOutputHelper output) : IDisposable
{
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full";
    private static readonly int Publishes = IsFull ? 500 : 60;

    private readonly string _folder = Directory.CreateTempSubdirectory("publish-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task FileSource_RandomPublishes_EveryStateIsOfferedAndNoOther()
    {
        const int Seed = 20261129;
        Random random = new(Seed);
        using ChildProcess child = ChildProcess.Start("publish", _folder);
        await PublishAsync(child, "in-place", Name(0));
        ConcurrentDictionary<Digest, string> published = new() { [Digest.Of(Publisher.Bytes(Name(0), 0))] = Name(0) };

        // A writer that is slower than the settle time shows its half, and one that empties the file first its emptiness; a runtime rejects these.
        ConcurrentDictionary<Digest, string> halves = new() { [Digest.Of([])] = "empty" };
        (string Title, OfferLog Log)[] sources =
            [.. from watcher in new[] { true, false } from rich in new[] { true, false } select ($"watcher {watcher}, rich {rich}", new OfferLog(Source(watcher, rich)))];
        try
        {
            Dictionary<string, TimeSpan> slowest = [];
            string before = Name(0);
            for (int i = 1; i <= Publishes; i++)
            {
                // The first round takes each way once, in order; the seed makes the rest.
                string way = Publisher.Ways[i <= Publisher.Ways.Count ? i - 1 : random.Next(Publisher.Ways.Count)];
                string content = random.Next(8) == 0 && way != "large" ? before : Name(i);
                byte[] bytes = Publisher.Bytes(content, way == "large" ? 1_300_000 : 0);
                published[Digest.Of(bytes)] = content;
                halves[Digest.Of(bytes.AsSpan(0, bytes.Length / 2))] = content;
                await PublishAsync(child, way, content);
                long done = Stopwatch.GetTimestamp();
                foreach ((string title, OfferLog log) in sources)
                {
                    await Eventually.Holds(() => DigestOf(log.Last) == Digest.Of(bytes), $"step {i}, '{way}', is offered ({title})");
                    TimeSpan took = Stopwatch.GetElapsedTime(done);
                    slowest[title] = slowest.GetValueOrDefault(title) > took ? slowest[title] : took;
                }

                before = way == "large" ? before : content;
            }

            foreach ((string title, OfferLog log) in sources)
            {
                Assert.False(log.HasEnded, title);
                Assert.Empty(log.Errors);
                Assert.All(log.Offers.SelectMany(o => o.Revisions), r => Assert.True(
                    published.ContainsKey(r.Digest!.Value) || halves.ContainsKey(r.Digest.Value), $"{title}: nobody wrote {r.Digest}"));
                output.WriteLine($"{title}: {log.Offers.Count} offers, the slowest after {slowest[title].TotalMilliseconds:0} ms");
            }
        }
        finally
        {
            foreach ((_, OfferLog log) in sources)
            {
                await log.DisposeAsync();
            }
        }
    }

    private static string Name(int step) => $"publish-{step:0000}-by-a-child";

    private static async Task PublishAsync(ChildProcess child, string way, string content)
    {
        await child.SendAsync($"{way} {content}");
        await child.ExpectAsync("done");
    }

    /// <summary>The digest of what the newest revision reads; null when there is none now.</summary>
    private static Digest? DigestOf(ModelOffer? offer) =>
        OfferLog.Text(offer?.Find(ModelOffer.Latest)) is { } text ? Digest.Of(System.Text.Encoding.UTF8.GetBytes(text)) : null;

    private FileSource Source(bool watcher, bool rich) => new(Path.Combine(_folder, "model.stamp"), new FileSourceOptions
    {
        PollInterval = TimeSpan.FromMilliseconds(IsFull ? 1_000 : 10),
        SettleTime = TimeSpan.FromMilliseconds(IsFull ? 250 : 15),
        UseWatcher = watcher,
        Stamp = rich ? FileStamp.Of : FileSourceTests.PoorStamp,
    });
}
