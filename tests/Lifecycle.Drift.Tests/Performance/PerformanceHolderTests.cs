using System.Globalization;
using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Drift.Tests;

/// <summary>A name is held by one process at a time, and nothing is lost without a word.</summary>
public sealed class PerformanceHolderTests : PerformanceLives
{
    [Fact]
    public async Task Of_two_processes_the_second_is_refused_and_no_prediction_is_lost()
    {
        using ChildProcess child = ChildProcess.Start(ChildRoutines.Hold, World.Root);
        int process = int.Parse((await child.Output.ReadLineAsync(Token))!.Split(' ')[^1], CultureInfo.InvariantCulture);
        MonitorHeldException held = await Assert.ThrowsAsync<MonitorHeldException>(async () => await OpenAsync());
        Assert.Equal(("performance", Environment.MachineName, process), (held.Monitor, held.Machine, held.ProcessId));
        Assert.Contains($"is held by process {process} on '{Environment.MachineName}' since {held.Since:u}", held.Message, StringComparison.Ordinal);
        Assert.Contains("Named(\"performance-2\")", held.Message, StringComparison.Ordinal);
        await using (PerformanceMonitor other = await OpenAsync(q => q.Named("performance-2")))
        {
            Record(other, Rows, 0, 200);
        }

        await child.SendAsync("record 0 700");
        await child.ExpectAsync("record 0 700");
        await Assert.ThrowsAsync<MonitorHeldException>(async () => await OpenAsync());
        await child.SendAsync("end");
        await child.EndAsync();
        await using PerformanceMonitor mine = await OpenAsync();
        Assert.Equal(700, mine.Current.Rows);
        Record(mine, Rows, 700, 1400);
        mine.RecordLabel(3, Rows.Labels[3]);
        Assert.Equal((1000, 1, 400), (mine.History[0].Rows, mine.History[0].Labelled, mine.Current.Rows));
    }

    [Fact]
    public async Task A_process_that_is_killed_loses_at_most_what_came_since_its_last_saving()
    {
        for (int kill = 0; kill < 2; kill++)
        {
            int first = 1400 * kill;
            using ChildProcess child = ChildProcess.Start(ChildRoutines.Hold, World.Root);
            Assert.StartsWith("held by ", await child.Output.ReadLineAsync(Token), StringComparison.Ordinal);
            foreach (string line in (string[])[$"record {first} {first + 1400}", "flush", $"record {first + 1400} {first + 1500}"])
            {
                await child.SendAsync(line);
                await child.ExpectAsync(line);
            }

            await child.KillAsync();
        }

        await using (PerformanceMonitor heir = await OpenAsync())
        {
            Assert.Equal([1000, 1000], heir.History.Select(p => p.Rows));
            Assert.Equal((800, 2800L), (heir.Current.Rows, heir.Labels.Counts.Open));
            heir.RecordLabel(8, Rows.Labels[8]);
            heir.RecordLabel(2799, Rows.Labels[2799]);
            heir.RecordLabel(2850, Rows.Labels[2850]);
            Assert.Equal((1, 1, 1L), (heir.History[0].Labelled, heir.Current.Labelled, heir.Labels.Counts.Waiting));
        }

        await using PerformanceMonitor third = await OpenAsync();
        Assert.Equal((1, 1), (third.History[0].Labelled, third.Current.Labelled));
    }

    [Fact]
    public async Task A_monitor_that_is_opened_again_in_its_process_hands_over_all_it_has()
    {
        ListLogger log = new();
        DriftMonitors drift = World.Over(log: log);
        List<MonitorHeldException> told = [];
        PerformanceMonitor first = await OpenAsync(drift);
        first.Lost += told.Add;
        Record(first, Rows, 0, 700);
        await using (PerformanceMonitor second = await OpenAsync())
        {
            Assert.Equal(700, second.Current.Rows);
            Record(first, Rows, 700, 800);
            Record(second, Rows, 700, 1400);
            Assert.Equal((100L, 700L), (first.Labels.Counts.Refused, first.Labels.Counts.Predictions));
            Assert.Contains("opened again in this process", (await Assert.ThrowsAsync<MonitorHeldException>(async () => await first.FlushAsync(Token))).Message, StringComparison.Ordinal);
            Assert.Equal((1000, 400), (second.History[0].Rows, second.Current.Rows));
        }

        await first.DisposeAsync();
        Assert.Single(told);
        Assert.Equal([(LogLevel.Warning, 27)], log.Lines.Select(l => (l.Level, l.Event)));
        await using PerformanceMonitor third = await OpenAsync();
        Assert.Equal((1000, 400), (third.History[0].Rows, third.Current.Rows));
    }

    [Fact]
    public async Task Many_that_open_a_monitor_at_once_leave_one_holder()
    {
        PerformanceEstimator estimator = EstimatorOf();
        PerformanceMonitor[] monitors = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(
            async () => await World.Over().OpenPerformanceAsync("loans", "3", estimator, Token), Token)));
        for (int i = 0; i < monitors.Length; i++)
        {
            Record(monitors[i], Rows, 100 * i, 100 * (i + 1));
        }

        Assert.Single(monitors, m => m.Labels.Counts is { Predictions: 100, Refused: 0 });
        Assert.Equal(5, monitors.Count(m => m.Labels.Counts is { Predictions: 0, Refused: 100 }));
        foreach (PerformanceMonitor monitor in monitors)
        {
            await monitor.DisposeAsync();
        }

        await using PerformanceMonitor last = await OpenAsync();
        Assert.Equal(100, last.Current.Rows);
    }

    [Fact]
    public async Task An_open_that_was_cancelled_leaves_the_name_free()
    {
        PerformanceEstimator estimator = EstimatorOf();
        await (await OpenAsync()).DisposeAsync();
        int cancelled = 0;
        for (int i = 0; i < 60; i++)
        {
            using CancellationTokenSource stop = new();
            stop.CancelAfter(TimeSpan.FromMicroseconds(40 * i));
            try
            {
                await (await World.Over().OpenPerformanceAsync("loans", "3", estimator, stop.Token)).DisposeAsync();
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }

            Assert.Equal(0L, await World.ScalarAsync("SELECT count(*) FROM drift_performance_monitor WHERE owner IS NOT NULL"));
        }

        Assert.True(cancelled > 0, "nothing was cancelled");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_holder_that_was_taken_for_dead_writes_nothing_and_says_what_it_drops(bool isDisposing)
    {
        ListLogger log = new();
        List<MonitorHeldException> told = [];
        PerformanceMonitor asleep = await OpenAsync(World.Over(log: log));
        asleep.Lost += told.Add;
        Record(asleep, Rows, 0, 700);
        await asleep.FlushAsync(Token);
        Record(asleep, Rows, 700, 900);
        await World.ScalarAsync("UPDATE drift_performance_monitor SET owner = 'elsewhere/x|1|2|3|4' RETURNING 1");
        Assert.Contains("process 1 on 'elsewhere'", (await Assert.ThrowsAsync<MonitorHeldException>(async () => await OpenAsync())).Message, StringComparison.Ordinal);
        await World.ScalarAsync($"UPDATE drift_performance_monitor SET heard = heard - {TimeSpan.FromMinutes(6).Ticks} RETURNING 1");
        await using PerformanceMonitor heir = await OpenAsync();
        Record(heir, Rows, 1300, 1800);
        await heir.FlushAsync(Token);
        string kept = JsonOf(Assert.Single(heir.History));
        if (isDisposing)
        {
            await asleep.DisposeAsync();
        }

        MonitorHeldException lost = await Assert.ThrowsAsync<MonitorHeldException>(async () => await asleep.FlushAsync(Token));
        await Assert.ThrowsAsync<MonitorHeldException>(async () => await asleep.CloseWindowAsync(Token));
        await asleep.DisposeAsync();
        Assert.Equal((Environment.ProcessId, Environment.MachineName), (lost.ProcessId, lost.Machine));
        Assert.Same(lost, Assert.Single(told));
        (LogLevel level, int number, string message) = Assert.Single(log.Lines);
        Assert.Equal((LogLevel.Error, 26), (level, number));
        Assert.Contains("0 windows and 200 predictions", message, StringComparison.Ordinal);
        asleep.RecordPrediction(9999, .5);
        Assert.Equal(1, asleep.Labels.Counts.Refused);
        await heir.FlushAsync(Token);
        Assert.Equal(kept, JsonOf(Assert.Single(await Drift.PerformanceHistoryAsync("loans", cancellationToken: Token))));
        Assert.Equal(1200L, await World.ScalarAsync("SELECT COUNT(*) FROM drift_prediction"));
    }

    [Fact]
    public async Task A_holder_that_was_taken_over_and_has_nothing_to_write_says_so_at_its_end()
    {
        ListLogger log = new();
        List<MonitorHeldException> told = [];
        PerformanceMonitor asleep = await OpenAsync(World.Over(log: log));
        asleep.Lost += told.Add;
        await asleep.FlushAsync(Token);
        await World.ScalarAsync("UPDATE drift_performance_monitor SET owner = 'elsewhere/x|1|2|3|4' RETURNING 1");
        await asleep.DisposeAsync();
        Assert.Contains("process 1 on 'elsewhere'", Assert.Single(told).Message, StringComparison.Ordinal);
        Assert.Equal([26], log.Lines.Select(l => l.Event));
        Assert.Same(told[0], await Assert.ThrowsAsync<MonitorHeldException>(async () => await asleep.FlushAsync(Token)));
    }

    [Fact]
    public async Task A_copy_of_a_workspace_is_another_one()
    {
        await using PerformanceMonitor original = await OpenAsync();
        Record(original, Rows, 0, 700);
        await original.FlushAsync(Token);
        using ChildProcess child = ChildProcess.Start(ChildRoutines.Hold, World.Root, "other");
        Assert.StartsWith("held by ", await child.Output.ReadLineAsync(Token), StringComparison.Ordinal);
        using TemporaryFolder folder = new();
        Copy(World.Root, folder["copy"]);
        await using (Storage.Local.LocalWorkspace copy = Storage.Local.LocalWorkspace.Open(folder["copy"], actor: new NamedActor("ada")))
        {
            DriftMonitors drift = new(copy.Database, copy.Blobs, copy.Objects, copy.Audit, copy.Events, new NamedActor("ada"), TimeProvider.System);
            await using PerformanceMonitor mine = await OpenAsync(drift), theirs = await OpenAsync(drift, model: "other");
            Assert.Equal(700, mine.Current.Rows);
            Record(mine, Rows, 700, 900);
        }

        Record(original, Rows, 700, 800);
        await original.FlushAsync(Token);
        Assert.Equal((800, 0L), (original.Current.Rows, original.Labels.Counts.Refused));
        await child.SendAsync("flush");
        await child.ExpectAsync("flush");
    }

    [Fact]
    public async Task A_link_to_a_workspace_is_the_same_one()
    {
        await using PerformanceMonitor first = await OpenAsync();
        Record(first, Rows, 0, 700);
        using TemporaryFolder folder = new();
        Directory.CreateSymbolicLink(folder["link"], World.Root);
        await using Storage.Local.LocalWorkspace link = Storage.Local.LocalWorkspace.Open(folder["link"], actor: new NamedActor("ada"));
        await using PerformanceMonitor second = await OpenAsync(
            new DriftMonitors(link.Database, link.Blobs, link.Objects, link.Audit, link.Events, new NamedActor("ada"), TimeProvider.System));
        Assert.Equal(700, second.Current.Rows);
        Assert.True((await Assert.ThrowsAsync<MonitorHeldException>(async () => await first.FlushAsync(Token))).IsHere);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_hand_over_that_cannot_be_written_fails_and_the_older_monitor_goes_on(int passes)
    {
        Outage outage = new("database.write");
        await using PerformanceMonitor first = await OpenAsync(outage.Over(World, new ListLogger()), q => q.SaveEvery(TimeSpan.FromDays(1)));
        Record(first, Rows, 0, 1250);
        List<MonitorHeldException> told = [];
        first.Lost += told.Add;
        await first.FlushAsync(Token);
        Record(first, Rows, 1250, 1280);
        (outage.IsOn, outage.Passes) = (true, passes);
        LifecycleStorageException error = await Assert.ThrowsAnyAsync<LifecycleStorageException>(async () => await OpenAsync());
        Assert.Contains("could not write", error.Message, StringComparison.Ordinal);
        Record(first, Rows, 1280, 1300);
        outage.IsOn = false;
        await first.FlushAsync(Token);
        Assert.Equal((1000, 300, 0L), (first.History[0].Rows, first.Current.Rows, first.Labels.Counts.Refused));
        Assert.Empty(told);
        await using PerformanceMonitor second = await OpenAsync();
        Assert.Equal((1000, 300), (second.History[0].Rows, second.Current.Rows));
    }

    [Fact]
    public async Task Who_asks_for_a_window_or_a_saving_that_cannot_be_written_hears_it_and_it_is_written_later()
    {
        Outage outage = new("database.write");
        await using (PerformanceMonitor quality = await OpenAsync(outage.Over(World, new ListLogger()), q => q.SaveEvery(TimeSpan.FromDays(1))))
        {
            outage.IsOn = true;
            Record(quality, Rows, 0, 700);
            LifecycleStorageException flushing = await Assert.ThrowsAnyAsync<LifecycleStorageException>(async () => await quality.FlushAsync(Token));
            Assert.Contains("700 predictions and labels. Nothing is lost", flushing.Message, StringComparison.Ordinal);
            await Assert.ThrowsAnyAsync<LifecycleStorageException>(async () => await quality.CloseWindowAsync(Token));
            Assert.Equal(700, Assert.Single(quality.History).Rows);
            outage.IsOn = false;
            Assert.Equal(700, (await quality.FlushAsync(Token))!.Rows);
        }

        Assert.Equal(700, Assert.Single(await Drift.PerformanceHistoryAsync("loans", cancellationToken: Token)).Rows);
    }

    [Fact]
    public async Task A_hand_over_that_is_cancelled_leaves_the_older_monitor_or_nobody()
    {
        await using PerformanceMonitor first = await OpenAsync(q => q.SaveEvery(TimeSpan.FromDays(1)));
        PerformanceEstimator estimator = EstimatorOf();
        PerformanceMonitor holder = first;
        int cancelled = 0, at = 0;
        for (int i = 0; i < 60; i++)
        {
            for (int row = 0; row < 20; row++)
            {
                holder.RecordPrediction(at++, .5, true);
            }

            using CancellationTokenSource stop = new();
            stop.CancelAfter(TimeSpan.FromMicroseconds(60 * i));
            try
            {
                holder = await World.Over().OpenPerformanceAsync("loans", "3", estimator, stop.Token);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
                holder = await OpenAsync(q => q.SaveEvery(TimeSpan.FromDays(1)));
            }
        }

        Assert.InRange(cancelled, 1, 60);
        await holder.DisposeAsync();
        Assert.Equal((long)at, await World.ScalarAsync("SELECT COUNT(*) FROM drift_prediction"));
        Assert.Equal(0L, await World.ScalarAsync("SELECT COUNT(*) FROM drift_performance_monitor WHERE owner IS NOT NULL"));
    }

    [Fact]
    public async Task What_is_recorded_while_a_monitor_ends_is_written_or_refused()
    {
        for (int life = 0; life < 10; life++)
        {
            PerformanceMonitor monitor = await OpenAsync(model: $"m{life}");
            int recorded = 0;
            Task recording = Task.Run(
                () =>
                {
                    for (; recorded < 200_000 && monitor.Labels.Counts.Refused == 0; recorded++)
                    {
                        monitor.RecordPrediction(recorded, .5, true);
                    }
                }, Token);
            await Task.Delay(2, Token);
            await monitor.DisposeAsync();
            await recording;
            LabelCounts counts = monitor.Labels.Counts;
            Assert.Equal((long)recorded, counts.Predictions + counts.Refused);
            long kept = (long)(await World.ScalarAsync(
                $"SELECT COUNT(*) FROM drift_prediction p JOIN drift_performance_monitor m ON m.id = p.monitor WHERE m.model = 'm{life}'"))!;
            Assert.Equal(counts.Predictions, kept);
        }
    }

    [Fact]
    public async Task A_holder_that_has_nothing_to_write_says_every_minute_that_it_lives()
    {
        await using PerformanceMonitor quiet = await OpenAsync(q => q.SaveEvery(TimeSpan.FromDays(1)));
        World.Time.Advance(TimeSpan.FromMinutes(20));
        await quiet.FlushAsync(Token);
        Assert.Equal(World.Time.GetUtcNow().UtcTicks, await World.ScalarAsync("SELECT heard FROM drift_performance_monitor"));
    }

    [Fact]
    public async Task Disposal_gives_up_a_locked_database_and_says_what_was_not_written()
    {
        ListLogger log = new();
        DriftMonitors drift = World.Over(log: log);
        PerformanceMonitor quality = await OpenAsync(drift);
        DriftMonitor inputs = drift.Open("loans", "3", Ledgers.Reference);
        await inputs.CheckNowAsync(Token);
        await quality.FlushAsync(Token);
        TaskCompletionSource locked = new(), unlock = new();
        await using (Storage.Local.LocalWorkspace theirs = Storage.Local.LocalWorkspace.Open(World.Root))
        {
            Task<int> other = theirs.Database.WriteAsync(
                async (_, _) =>
                {
                    locked.SetResult();
                    await unlock.Task;
                    return 0;
                }, CommitDurability.Buffered, Token).AsTask();
            await locked.Task;
            Record(quality, Rows, 0, 1250);
            Ledgers.Record(inputs, 150, 1);
            Task disposing = Task.WhenAll(quality.DisposeAsync().AsTask(), inputs.DisposeAsync().AsTask());

            // The database itself would wait for an hour of this clock, three times.
            int seconds = 0;
            for (; !disposing.IsCompleted && seconds < 1800; seconds++)
            {
                World.Time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(10, Token);
            }

            Assert.InRange(seconds, 9, 1799);
            await disposing;
            unlock.SetResult();
            await other;
        }

        Assert.Contains(log.Lines, l => l.Event == 25 && l.Message.Contains("could not write 2 windows and 1250 predictions", StringComparison.Ordinal));
        Assert.Contains(log.Lines, l => l.Event == 8 && l.Message.Contains("up to 150 rows", StringComparison.Ordinal));

        // The row still names the one that could not say goodbye; it is no more, so nobody waits for it.
        await using PerformanceMonitor next = await OpenAsync();
        Assert.Equal(0, next.Current.Rows);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string folder in Directory.GetDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}
