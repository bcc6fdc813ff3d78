using System.Globalization;
using System.Security.Cryptography;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

/// <summary>
/// 200 SIGKILLs at random moments, four processes at a time on one workspace, each logging from four threads with segments so small that they roll over all the
/// time and a drain that commits all the time.
/// </summary>
public sealed class KillTests
{
    private const int Rounds = 50;
    private const int AtOnce = 4;
    private const int Threads = 4;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Journal_SurvivesSigKillAtAnyInstant()
    {
        using TemporaryFolder folder = new();
        string root = folder["lifecycle"];
        (int versions, long promised, int rolled, long seen) = (0, 0, 0, 0);
        for (int round = 0; round < Rounds; round++)
        {
            List<string[]>[] lines = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(() => KillOneAsync(root), Token)));
            rolled += Directory.EnumerateFiles(Path.Combine(root, "journal"), "*-*.wal").Count();
            await using TrackingWorkspace workspace = TrackingWorkspace.At(root);
            foreach (List<string[]> child in lines)
            {
                promised += await AssertRunAsync(workspace, child, seen + 1);
                versions = Math.Max(versions, Greatest(child, "version"));
            }

            seen = (await workspace.Store.Audit.HeadAsync(Token)).Count;
            Assert.Empty(JournalFiles.Runs(workspace.Journals));
            Assert.Empty(Directory.EnumerateFiles(workspace.Journals, "*.tmp"));
            Assert.False(Directory.Exists(Path.Combine(workspace.Journals, "torn")));
            if (round % 10 == 9)
            {
                await AssertRegistryAsync(workspace, versions);
                Assert.Empty((await workspace.Store.Audit.VerifyAsync(null, Token)).Problems);
                Assert.True((await workspace.Store.Objects.VerifyAsync(Token)).IsSound);
            }
        }

        Assert.True(promised > Rounds * AtOnce * 100, $"only {promised} points were promised");
        Assert.True(rolled > Rounds / 4, $"only {rolled} further segments were found after kills");
    }

    private static async Task<List<string[]>> KillOneAsync(string root)
    {
        using ChildProcess child = ChildProcess.Start(ChildRoutines.Log, root);
        string first = await child.Output.ReadLineAsync(Token) ?? throw new InvalidOperationException("the child said nothing");
        await Task.Delay(RandomNumberGenerator.GetInt32(0, 120), Token);
        return [.. (await child.KillAsync()).Prepend(first).Select(l => l.Split(' '))];
    }

    // Every record whose call had returned is there exactly once, without a gap before the last; nothing else is.
    private static async Task<long> AssertRunAsync(TrackingWorkspace workspace, List<string[]> lines, long entriesFrom)
    {
        Assert.Equal("run", lines[0][0]);
        RunRecord run = (await workspace.Experiments.GetRunAsync(lines[0][1], Token))!;
        Assert.Equal((RunStatus.Killed, "process-died"), (run.Status, run.Tags["lifecycle.end_reason"]));
        long points = 0;
        DateTimeOffset last = run.StartedAt;
        for (int thread = 0; thread < Threads; thread++)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"m{thread}");
            string number = thread.ToString(CultureInfo.InvariantCulture);
            int acknowledged = lines.Where(l => l[0] == "metric" && l[1] == number).Select(l => int.Parse(l[2], CultureInfo.InvariantCulture) + 1).DefaultIfEmpty(0).Max();
            List<MetricPoint> mine = await workspace.Experiments.MetricHistoryAsync(run.Id, key, Token).ToListAsync(Token);
            Assert.True(mine.Count >= acknowledged, $"{mine.Count} points of {key} are there, {acknowledged} were acknowledged. {await StateAsync(workspace, run, lines)}");
            Assert.Equal(Enumerable.Range(0, mine.Count).Select(i => ((long)i, i * 0.5)), mine.OrderBy(p => p.Step).Select(p => (p.Step, p.Value)));
            if (mine.Count > 0)
            {
                Assert.Equal(mine.Count - 1, run.Metrics[key].Step);
                last = mine.Max(p => p.At) > last ? mine.Max(p => p.At) : last;
            }

            points += mine.Count;
        }

        Assert.Equal(last, run.EndedAt);
        foreach (string[] param in lines.Where(l => l[0] == "param"))
        {
            Assert.Equal(param[2], run.Params[$"p{param[1]}-{param[2]}"]);
            Assert.True(int.Parse(run.Tags["step" + param[1]], CultureInfo.InvariantCulture) >= int.Parse(param[2], CultureInfo.InvariantCulture));
        }

        List<AuditEntry> entries = [.. (await workspace.Store.Audit.ReadAsync(entriesFrom, Token).ToListAsync(Token)).Where(e => e.Subject == "run/" + run.Id && e.Action != "model.logged")];
        Assert.Equal(["run.started", "run.ended"], entries.Select(e => e.Action));
        Assert.Contains($"\"points\":{points},", entries[1].After, StringComparison.Ordinal);
        return points;
    }

    // What is needed to understand a loss.
    private static async Task<string> StateAsync(TrackingWorkspace workspace, RunRecord run, List<string[]> lines)
    {
        List<string> told = [$"run {run.Id} from {run.StartedAt:O} to {run.EndedAt:O}"];
        told.AddRange(await workspace.Store.Database.QueryAsync(
            """
            SELECT k.text, count(*), min(p.step), max(p.step) FROM tracking_metric_point p JOIN tracking_run r ON r.id = p.run JOIN tracking_key k ON k.id = p.key
            WHERE r.run_id = $run GROUP BY k.text
            """,
            [("$run", run.Id)], row => $"{row.GetInt64(1)} points of {row.GetString(0)} from {row.GetInt64(2)} to {row.GetInt64(3)}", Token));
        told.AddRange(await workspace.Store.Database.QueryAsync(
            "SELECT writer, segment, offset FROM tracking_journal_position ORDER BY writer DESC, segment DESC LIMIT 24", [],
            row => $"position {row.GetString(0)} {row.GetInt64(1)} {row.GetInt64(2)}", Token));
        told.AddRange((await workspace.AuditAsync()).Where(e => e.Subject == "run/" + run.Id).Select(e => $"{e.Sequence} {e.At:O} {e.Action} {e.After}"));
        told.AddRange(Directory.EnumerateFiles(workspace.Journals, "*", SearchOption.AllDirectories).Select(f => $"file {f} {Length(f)}"));
        told.AddRange(lines.TakeLast(8).Select(l => "the child said " + string.Join(' ', l)));
        return string.Join('\n', told);
    }

    // the journal is at work: a file may go while it is listed
    private static string Length(string file)
    {
        try
        {
            return new FileInfo(file).Length.ToString(CultureInfo.InvariantCulture);
        }
        catch (FileNotFoundException)
        {
            return "gone";
        }
    }

    private static async Task AssertRegistryAsync(TrackingWorkspace workspace, int versions)
    {
        IReadOnlyList<ModelVersion> registered = await workspace.Registry.VersionsAsync("crash", Token);
        Assert.InRange(registered.Count, versions, int.MaxValue);
        Assert.Equal(Enumerable.Range(1, registered.Count), registered.Select(v => v.Number));
        List<AliasPeriod> history = await workspace.Registry.HistoryAsync("crash", "champion", Token).ToListAsync(Token);
        Assert.All(history.Zip(history.Skip(1)), pair => Assert.Equal(pair.First.Until, pair.Second.From));
    }

    private static int Greatest(List<string[]> lines, string what) =>
        lines.Where(l => l[0] == what).Select(l => int.Parse(l[1], CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
}
