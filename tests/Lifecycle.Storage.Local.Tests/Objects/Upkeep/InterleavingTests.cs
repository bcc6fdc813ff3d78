using System.Globalization;
using System.Text;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>
/// The store against a dictionary: random puts, batches, keeps, references, drops, plans, applications and undos over a clock that jumps. Whatever is
/// needed, kept, young or within its grace is there and right; what is none of these for long enough goes.
/// </summary>
public sealed class InterleavingTests
{
    private const int Blobs = 14;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full";

    /// <summary>CI runs 10 stores of 100 steps, <c>LIFECYCLE_DEPTH=full</c> 100.</summary>
    [Fact]
    public Task Collect_FuzzedInterleavings_NothingLiveRemoved() => RunAsync(IsFull ? 100 : 10, 100, removals: 2, undos: 1);

    /// <summary>CI runs 20 interleavings of 14 steps, <c>LIFECYCLE_DEPTH=full</c> 10,000.</summary>
    [Fact]
    public Task Collect_ManyShortInterleavings_NothingLiveRemoved() => RunAsync(IsFull ? 10_000 : 20, 14, removals: .02, undos: .02);

    private static async Task RunAsync(int runs, int steps, double removals, double undos)
    {
        int removed = 0, undone = 0, missing = 0;
        for (int run = 0; run < runs; run++)
        {
            using Model model = new(seed: (steps == 100 ? 0 : 1_000_000) + run);
            for (int step = 0; step < steps; step++)
            {
                await model.StepAsync();
            }

            await model.EndAsync();
            removed += model.Removed;
            undone += model.Undone;
            missing += model.Missed;
        }

        Assert.True(removed > removals * runs, $"only {removed} blobs were ever removed: the test shows nothing");
        Assert.True(undone > undos * runs, $"only {undone} collections were undone");
        Assert.True(missing > 0 || steps < 100, "no hit of a batch ever vanished");
    }

    /// <summary>What a user may rely on, kept in dictionaries.</summary>
    private sealed class Model(int seed) : IDisposable
    {
        private readonly TendedStore _store = new(grace: TimeSpan.FromHours(30));
        private readonly Random _random = new(seed);
        private readonly StringBuilder _history = new();
        private readonly Dictionary<Digest, byte[]> _contents = [];

        // Until when each digest is there for certain, whoever needs it.
        private readonly Dictionary<Digest, DateTimeOffset> _promised = [];
        private readonly List<CollectionPlan> _plans = [];
        private readonly List<Guid> _applied = [];
        private BlobBatch? _batch;
        private readonly List<(Digest Digest, byte[] Content)> _inBatch = [];

        public int Removed { get; private set; }

        public int Undone { get; private set; }

        public int Missed { get; private set; }

        private DateTimeOffset Now => _store.Time.GetUtcNow();

        public async Task StepAsync()
        {
            if (_batch is not null && _random.Next(3) == 0)
            {
                await OpenOrCompleteAsync();
            }

            switch (_random.Next(18))
            {
                case 0 or 1:
                    await PutAsync();
                    break;
                case 2:
                    await BatchAsync();
                    break;
                case 3:
                    await OpenOrCompleteAsync();
                    break;
                case 4:
                    await ReferAsync();
                    break;
                case 5 or 6:
                    Drop();
                    break;
                case 7:
                    await KeepAsync();
                    break;
                case 8:
                    await PlanAsync();
                    break;
                case 9:
                    await ApplyAsync();
                    break;
                case 10 or 11 or 12:
                    await PlanAsync();
                    await ApplyAsync();
                    break;
                case 13:
                    await UndoAsync();
                    break;
                default:
                    TimeSpan jump = TimeSpan.FromHours(_random.Next(4) switch { 0 => 1, 1 => 13, 2 => 25, _ => 49 });
                    Say($"{jump} pass");
                    _store.Time.Advance(jump);
                    break;
            }
        }

        /// <summary>Everything that is promised is there, byte for byte.</summary>
        public async Task CheckAsync()
        {
            foreach (Digest digest in _contents.Keys.Where(d => _store.Holder.Needs.Contains(d) || (_promised.TryGetValue(d, out DateTimeOffset until) && until >= Now)))
            {
                try
                {
                    Assert.Equal(_contents[digest], await _store.ReadAsync(digest));
                }
                catch (LifecycleStorageException error)
                {
                    Assert.Fail($"seed {seed}: {error.Message}\n{_history}");
                }
            }
        }

        /// <summary>With time enough everything that nobody needs goes, and the rest is sound.</summary>
        public async Task EndAsync()
        {
            if (_batch is not null)
            {
                await _batch.DisposeAsync();
            }

            for (int i = 0; i < 3; i++)
            {
                _store.Time.Advance(TimeSpan.FromDays(3));
                await _store.CollectAsync();
            }

            foreach (Digest digest in _contents.Keys.Where(d => !_store.Holder.Needs.Contains(d)))
            {
                // A small one may stay in a pack most of which is needed; see below.
                bool isThere = await _store.HoldsAsync(digest);
                Assert.False(isThere && File.Exists(_store.Store.Layout.FileOf(digest)), $"seed {seed}: {digest} is garbage and stays\n{_history}");
            }

            AssertPacksAreNeeded();
            await CheckAsync();
            await _store.AssertSoundAsync();
        }

        /// <summary>No pack is left of which half or more is garbage.</summary>
        private void AssertPacksAreNeeded()
        {
            HashSet<Digest> needed = [.. _store.Holder.Needs.SelectMany(PartsOf)];
            PackCatalog packs = new(_store.Store.Layout, _store.Time);
            foreach (PackReader pack in packs.Packs)
            {
                PackEntry[] entries = [.. pack.Entries()];
                long all = entries.Sum(e => e.End - e.Offset), live = entries.Where(e => needed.Contains(e.Id)).Sum(e => e.End - e.Offset);
                Assert.True(live > 0 && 2 * live > all, $"seed {seed}: {live} of {all} bytes of the pack {pack.Name} are needed\n{_history}");
            }

            packs.Close();
        }

        // The blob, and what it is cut into when it lies in packs: cut here anew from its bytes.
        private IEnumerable<Digest> PartsOf(Digest digest)
        {
            yield return digest;
            if (_store.Store.ReadRecipe(digest) is not { } there)
            {
                yield break;
            }

            foreach (RecipeNode node in there.Recipe.Nodes)
            {
                yield return node.Id;
            }

            byte[] content = _contents[digest];
            for (int at = 0; at < content.Length;)
            {
                int cut = ContentChunker.FirstCut(content.AsSpan(at));
                yield return Digest.Of(content.AsSpan(at, cut));
                at += cut;
            }
        }

        public void Dispose() => _store.Dispose();

        private byte[] Pick()
        {
            int number = _random.Next(Blobs);
            byte[] bytes = number switch
            {
                < 8 => TendedStore.Content(number, 100 + number),

                // Chunked ones that share most of their chunks.
                < 11 => [.. TendedStore.Content(99, 1_200_000), .. TendedStore.Content(number, 100_000)],
                _ => TendedStore.Content(number, 1_100_000),
            };
            _contents[Digest.Of(bytes)] = bytes;
            return bytes;
        }

        private Digest? PickKnown() => _contents.Count == 0 ? null : _contents.Keys.ElementAt(_random.Next(_contents.Count));

        private void Promise(Digest digest) => _promised[digest] = Now + _store.Young - TimeSpan.FromMilliseconds(1);

        private async Task PutAsync()
        {
            byte[] bytes = Pick();
            StoredBlob blob = await _store.Store.PutAsync(new MemoryStream(bytes));
            Say($"put {Name(blob.Digest)} {(blob.IsNew ? "new" : "again")}");
            Promise(blob.Digest);
        }

        private async Task BatchAsync()
        {
            await using BlobBatch batch = await _store.Store.BeginBatchAsync();
            List<Digest> digests = [];
            for (int i = _random.Next(1, 4); i > 0; i--)
            {
                digests.Add((await batch.PutAsync(Pick())).Digest);
            }

            BlobReceipt receipt = await batch.CompleteAsync();
            Say($"batch of {string.Join(' ', digests.Select(Name))}");
            Assert.Empty(receipt.Missing);
            digests.ForEach(Promise);
        }

        /// <summary>A batch that stays open over other steps: collections run while it holds hits.</summary>
        private async Task OpenOrCompleteAsync()
        {
            if (_batch is null)
            {
                _batch = await _store.Store.BeginBatchAsync();
                for (int i = _random.Next(1, 4); i > 0; i--)
                {
                    byte[] bytes = Pick();
                    _inBatch.Add(((await _batch.PutAsync(bytes)).Digest, bytes));
                }

                Say($"open batch of {string.Join(' ', _inBatch.Select(b => Name(b.Digest)))}");
                return;
            }

            try
            {
                BlobReceipt receipt = await _batch.CompleteAsync();
                Say($"complete it, missing {receipt.Missing.Count}");
                Missed += receipt.Missing.Count;
                foreach ((Digest digest, byte[] content) in _inBatch)
                {
                    if (receipt.Missing.Contains(digest))
                    {
                        Assert.Equal(digest, (await _store.Store.PutAsync(new MemoryStream(content))).Digest);
                    }

                    Promise(digest);
                }
            }
            catch (LifecycleStorageException error) when (error.Message.Contains("h old", StringComparison.Ordinal))
            {
                Say("it is too old");
            }

            await _batch.DisposeAsync();
            _batch = null;
            _inBatch.Clear();
        }

        private async Task ReferAsync()
        {
            if (PickKnown() is { } digest && (await _store.Store.KeepAsync([digest])).Count == 0)
            {
                Say($"refer to {Name(digest)}");
                Promise(digest);
                _store.Holder.Needs.Add(digest);
            }
        }

        private void Drop()
        {
            if (_store.Holder.Needs.Count > 0)
            {
                Digest digest = _store.Holder.Needs.ElementAt(_random.Next(_store.Holder.Needs.Count));
                Say($"drop {Name(digest)}");
                _store.Holder.Needs.Remove(digest);
            }
        }

        private async Task KeepAsync()
        {
            if (PickKnown() is { } digest && (await _store.Store.KeepAsync([digest])).Count == 0)
            {
                Say($"keep {Name(digest)}");
                Promise(digest);
            }
        }

        private async Task PlanAsync()
        {
            CollectionPlan plan = await _store.Upkeep.PlanCollectionAsync();
            _plans.Add(plan);
            Say($"plan {plan.Id:N}: {plan}");
            Assert.DoesNotContain(plan.Dead, d => _store.Holder.Needs.Contains(d.Digest));
            Assert.DoesNotContain(plan.Removable, d => _promised.TryGetValue(d.Digest, out DateTimeOffset until) && until >= Now);
        }

        private async Task ApplyAsync()
        {
            if (_plans.Count == 0)
            {
                return;
            }

            // Often the newest, sometimes one made long ago.
            CollectionPlan plan = _random.Next(4) > 0 ? _plans[^1] : _plans[_random.Next(_plans.Count)];
            _plans.Remove(plan);
            CollectionReport report = await plan.ApplyAsync();
            Say($"apply {plan.Id:N}: {string.Join(' ', report.Removed.Where(_contents.ContainsKey).Select(Name))} go");
            await CheckAsync();
            Removed += report.Removed.Count(_contents.ContainsKey);
            _applied.Add(plan.Id);
            foreach (Digest digest in report.Removed.Where(_contents.ContainsKey))
            {
                Assert.False(await _store.HoldsAsync(digest));
            }
        }

        private async Task UndoAsync()
        {
            if (_applied.Count == 0)
            {
                return;
            }

            try
            {
                UndoReport report = await _store.Upkeep.UndoCollectionAsync(_applied[^1]);
                Undone++;
                Say($"undo {report.Id:N}");
                foreach (Digest digest in report.Spared.Where(_contents.ContainsKey))
                {
                    Assert.True(await _store.HoldsAsync(digest));
                    DateTimeOffset until = Now + _store.Grace - TimeSpan.FromMilliseconds(1);
                    _promised[digest] = _promised.TryGetValue(digest, out DateTimeOffset known) && known > until ? known : until;
                }
            }
            catch (CollectionRefusedException)
            {
                Say("nothing to undo any more");
            }

            _applied.RemoveAt(_applied.Count - 1);
        }

        private void Say(string what) => _history.Append(CultureInfo.InvariantCulture, $"{Now:MM-dd HH:mm} {what}\n");

        private static string Name(Digest digest) => digest.Hex[..6];
    }
}
