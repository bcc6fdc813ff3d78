using System.Collections.Concurrent;
using FsCheck.Xunit;
using Lifecycle.Statistics;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Drift.Tests;

/// <summary>The join against a model that keeps everything in lists.</summary>
public sealed class LabelJoinTests
{
    private const int Wait = 100;

    [Property(MaxTest = 400)]
    public void Any_sequence_agrees_with_the_model((byte Act, byte What)[] script, byte capacity) => Run(script ?? [], 2 + capacity % 12);

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(600)]
    public void Long_sequences_agree_with_the_model(int capacity)
    {
        Statistics.RandomStream random = new(3, (ulong)capacity);
        Run([.. Enumerable.Range(0, 4000).Select(_ => ((byte)random.NextBelow(256), (byte)random.NextBelow(256)))], capacity, ids: capacity < 100 ? 12 : 1000);
    }

    [Fact]
    public void Ids_are_numbers_guids_and_short_texts()
    {
        Guid guid = new("0198c0de-0000-7000-8000-000000000001");
        Assert.Equal((PredictionId)guid, PredictionId.FromGuid(guid));
        Assert.NotEqual<PredictionId>(1L, 2L);
        Assert.Equal<PredictionId>("order-1", "order-1");
        Assert.Contains("64 bytes", Assert.Throws<ArgumentException>(() => (PredictionId)new string('x', 65)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => (PredictionId)"");
    }

    [Fact]
    public async Task Windows_closed_by_a_call_and_by_their_last_row_are_never_mixed_up()
    {
        const int Rows = 200_000;
        ConcurrentDictionary<int, int> closed = new();
        LabelJoin join = new(400_000, TimeSpan.FromHours(1), TimeProvider.System, rowsPerWindow: 3, filled: (window, rows) => Assert.True(closed.TryAdd(window, rows)));
        Task closing = Task.Run(() =>
        {
            while (join.Counts.Predictions < Rows)
            {
                if (join.Close(leastRows: 1) is (int window, int rows))
                {
                    Assert.True(closed.TryAdd(window, rows));
                }
            }
        }, TestContext.Current.CancellationToken);
        for (long i = 0; i < Rows; i++)
        {
            join.Predict(i, .5, true);
        }

        await closing;
        (int open, int left) = join.Open;
        Assert.Equal(Enumerable.Range(0, open), closed.Keys.Order());
        Assert.Equal(Rows - left, closed.Values.Sum());
        Assert.All(Enumerable.Range(0, 100).Select(i => i * (open / 100)), window => Assert.Equal(closed[window], join.Read(window).Count));
    }

    [Fact]
    public void A_window_that_is_filled_while_it_is_being_closed_is_not_taken_for_the_next_one()
    {
        Dictionary<int, int> filled = [];
        LabelJoin join = new(400, TimeSpan.FromHours(1), TimeProvider.System, rowsPerWindow: 3, filled: filled.Add);
        join.Predict(0, .5, true);
        join.Closing = () =>
        {
            join.Closing = null;
            for (long i = 1; i < 4; i++)
            {
                join.Predict(i, .5, true);
            }
        };
        Assert.Equal((1, 1), join.Close(leastRows: 1));
        Assert.Equal([new KeyValuePair<int, int>(0, 3)], filled);
        Assert.Equal([3, 1, 0], Enumerable.Range(0, 3).Select(w => join.Read(w).Count));
    }

    [Fact]
    public void Early_labels_that_find_their_prediction_leave_nothing_behind()
    {
        const int Most = 100;
        EarlyLabels early = new(wait: 1_000_000, Most);
        early.Add(ulong.MaxValue, true, 0);
        for (ulong key = 0; key < 10_000; key++)
        {
            early.Add(key, key % 2 == 0, (long)key);
            Assert.True(early.Take(key, out bool actual));
            Assert.Equal(key % 2 == 0, actual);
            Assert.InRange(early.Places, 1, 2 * Most);
        }

        // The one that waits was not given up for those that no longer wait.
        Assert.Equal((1, 0L), (early.Count, early.Orphans));
        for (ulong key = 0; key < Most; key++)
        {
            early.Add(key, true, 10_000);
        }

        Assert.Equal((Most, 1L), (early.Count, early.Orphans));
        Assert.False(early.Take(ulong.MaxValue, out _));
    }

    [Fact]
    public void Ids_that_were_chosen_to_meet_do_not()
    {
        RandomStream seeds = new(91);
        for (int process = 0; process < 500; process++)
        {
            ulong seed = seeds.NextUInt64(), factor = seeds.NextUInt64() | 1;
            HashSet<ulong> high = [], low = [];
            for (ulong i = 0; i < 1024; i++)
            {
                high.Add(JoinIndex.Mix(0xABCDEF0000000000 | i, seed, factor) >> 52);
                low.Add(JoinIndex.Mix((i << 40) | 0xABCDEF, seed, factor) >> 52);
            }

            // 4096 places: 1024 keys at random fall on 906 of them, give or take 10.
            Assert.True(high.Count > 840 && low.Count > 840, $"{high.Count}, {low.Count}");
        }
    }

    private static void Run(IReadOnlyList<(byte Act, byte What)> script, int capacity, int ids = 12)
    {
        FakeTimeProvider time = new();
        LabelJoin join = new(capacity, TimeSpan.FromMilliseconds(Wait), time, isSaved: true);
        Model model = new(capacity);
        Dictionary<(int Window, ulong Key), OpenPrediction> saved = [];
        int step = 0;
        foreach ((byte act, byte what) in script)
        {
            step++;
            int id = (what + (ids > 256 ? step * 7 : 0)) % ids;
            switch (act % 10)
            {
                case 0 or 1 or 2:
                    join.Predict(id, what % 7 / 7.0, what % 2 == 0);
                    model.Predict(((PredictionId)(long)id).Key, what % 7 / 7.0, what % 2 == 0);
                    break;
                case 3 or 4 or 5:
                    join.Label(id, what > 127);
                    model.Label(((PredictionId)(long)id).Key, what > 127);
                    break;
                case 6:
                    time.Advance(TimeSpan.FromMilliseconds(what % 60));
                    model.Now += what % 60;
                    break;
                case 7:
                    Assert.Equal(model.Close(), join.Close(1));
                    break;
                case 8:
                    List<OpenPrediction> rows = join.TakeUnsaved();
                    if (what % 3 == 0)
                    {
                        join.Unsaved(rows);
                    }
                    else
                    {
                        rows.ForEach(r => saved[(r.Window(join.Open.Window), r.Key)] = r);
                    }

                    break;
                default:
                    Check(join, model);
                    break;
            }
        }

        Check(join, model);
        join.TakeUnsaved().ForEach(r => saved[(r.Window(join.Open.Window), r.Key)] = r);
        foreach (Entry entry in model.Open)
        {
            Assert.Equal(entry, model.Of(saved[(entry.Window, entry.Key)], entry.Window));
        }
    }

    private static void Check(LabelJoin join, Model model)
    {
        Assert.Equal(model.Counts(), join.Counts);
        Assert.Equal((model.Window, model.Rows), join.Open);
        Assert.Equal(model.LeftWindow, join.LeftWindow);
        for (int window = 0; window <= model.Window; window++)
        {
            Assert.Equal(model.Open.Where(e => e.Window == window), join.Read(window).Select(r => model.Of(r, window)));
        }
    }

    private sealed record Entry(ulong Key, int Window, double Score, bool Predicted, bool? Actual, long Time);

    private sealed class Model(int capacity)
    {
        private readonly List<(ulong Key, bool Actual, long At)> _early = [];
        private LabelCounts _counts;

        public List<Entry> Open { get; } = [];

        public long Now { get; set; }

        public int Window { get; private set; }

        public int Rows { get; private set; }

        public int LeftWindow { get; private set; } = -1;

        public void Predict(ulong key, double score, bool predicted)
        {
            Expire();
            if (Open.Any(e => e.Key == key))
            {
                _counts = _counts with { RepeatedPredictions = _counts.RepeatedPredictions + 1 };
                return;
            }

            int label = _early.FindIndex(e => e.Key == key);
            Open.Add(new Entry(key, Window, score, predicted, label < 0 ? null : _early[label].Actual, label < 0 ? Now : 0));
            _counts = _counts with { Predictions = _counts.Predictions + 1, Labelled = _counts.Labelled + (label < 0 ? 0 : 1) };
            if (label >= 0)
            {
                _early.RemoveAt(label);
            }

            if (Open.Count > capacity)
            {
                _counts = _counts with { Left = _counts.Left + 1, Unlabelled = _counts.Unlabelled + (Open[0].Actual is null ? 1 : 0) };
                LeftWindow = Math.Max(LeftWindow, Open[0].Window);
                Open.RemoveAt(0);
            }

            if (++Rows >= Math.Max(1, capacity / 2))
            {
                (Window, Rows) = (Window + 1, 0);
            }
        }

        public void Label(ulong key, bool actual)
        {
            Expire();
            int at = Open.FindIndex(e => e.Key == key), early = _early.FindIndex(e => e.Key == key);
            bool? known = at >= 0 ? Open[at].Actual : early >= 0 ? _early[early].Actual : null;
            _counts = _counts with
            {
                RepeatedLabels = _counts.RepeatedLabels + (known == actual ? 1 : 0),
                Corrected = _counts.Corrected + (known == !actual ? 1 : 0),
                Labelled = _counts.Labelled + (known is null && at >= 0 ? 1 : 0),
            };
            if (at >= 0)
            {
                Open[at] = Open[at] with { Actual = actual, Time = known is null ? Now - Open[at].Time : Open[at].Time };
            }
            else if (early >= 0)
            {
                _early[early] = _early[early] with { Actual = actual };
            }
            else
            {
                _early.Add((key, actual, Now));
            }
        }

        public (int Window, int Rows)? Close()
        {
            if (Rows == 0)
            {
                return null;
            }

            (int Window, int Rows) closed = (Window, Rows);
            (Window, Rows) = (Window + 1, 0);
            return closed;
        }

        public LabelCounts Counts()
        {
            Expire();
            return _counts with { Open = Open.Count, Waiting = _early.Count };
        }

        public Entry Of(OpenPrediction open, int window) =>
            new(open.Key, window, open.Score, open.Predicted, open.IsLabelled ? open.Actual : null, open.Time);

        private void Expire() => _counts = _counts with { Orphans = _counts.Orphans + _early.RemoveAll(e => Now - e.At >= Wait) };
    }
}
