using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Tracking;

/// <summary>
/// Takes over what dead processes left: brings their journals into the database, ends their runs as <see cref="RunStatus.Killed"/>, removes their files.
/// Journals of living processes are left alone, and so are files that are no journals of ours.
/// </summary>
internal sealed class JournalRecovery(BatchWriter writer, TrackingStore store, string folder, TrackingOptions options, ILogger logger)
{
    // A signal that records followed for longer was handled: the process went on and died of something else.
    private const long SignalCountsMs = 10_000;

    private static readonly TimeSpan TemporaryLives = TimeSpan.FromDays(1);

    /// <summary>Takes over all runs whose owner is dead.</summary>
    /// <returns>Runs that were ended.</returns>
    public async ValueTask<int> RecoverAsync(CancellationToken cancellationToken)
    {
        int killed = 0;
        RemoveTemporaries();
        Dictionary<string, OpenRun> away = await ElsewhereAsync(cancellationToken).ConfigureAwait(false);
        foreach (string run in JournalFiles.Runs(folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (away.TryGetValue(run, out OpenRun? owner) && !IsLost(owner.Seen))
            {
                // locks do not reach over machines
                continue;
            }

            using OwnerLock? inherited = OwnerLock.TryInherit(folder, run);
            if (inherited is not null)
            {
                killed += await TakeOverAsync(run, inherited, away.ContainsKey(run) ? RunEnd.HostLost : RunEnd.ProcessDied, cancellationToken).ConfigureAwait(false) ? 1 : 0;
            }
        }

        return killed + await KillWithoutFilesAsync(cancellationToken).ConfigureAwait(false) + await KillSilentAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Moves a damaged file to <c>torn/</c>; it is never deleted.</summary>
    public static string SetAside(string file)
    {
        string aside = Path.Combine(Path.GetDirectoryName(file)!, JournalFiles.Torn);
        Directory.CreateDirectory(aside);
        string target = Path.Combine(aside, Path.GetFileName(file));
        File.Move(file, target, overwrite: true);
        return target;
    }

    // What a process left that died between making a file and naming it.
    private void RemoveTemporaries()
    {
        DateTime before = store.Time.GetUtcNow().UtcDateTime - TemporaryLives;
        foreach (FileInfo file in Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles(AtomicFile.TemporaryPrefix + "*") : [])
        {
            try
            {
                if (file.Exists && file.LastWriteTimeUtc < before)
                {
                    file.Delete();
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                TrackingLog.JournalIgnored(logger, file.FullName, error.Message);
            }
        }
    }

    private bool IsLost(long seen) => store.Now - seen > (long)RunOwner.Lost.TotalMilliseconds;

    private async ValueTask<bool> TakeOverAsync(string run, OwnerLock inherited, string reason, CancellationToken cancellationToken)
    {
        foreach (string unfinished in JournalFiles.Unfinished(folder, run))
        {
            File.Delete(unfinished);
        }

        long lastMs = 0;
        long signalMs = long.MaxValue;
        string died = reason;
        List<string> done = [];
        bool left = false;
        foreach (string file in JournalFiles.Segments(folder, run))
        {
            byte[] bytes = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
            string? foreign = JournalFormat.ReadHeader(bytes, out JournalHeader header);
            if (foreign is null && header.Run.ToString("N") != run)
            {
                foreign = $"it belongs to run {header.Run:N}";
            }

            if (foreign is not null)
            {
                TrackingLog.JournalIgnored(logger, file, foreign);
                left = true;
                continue;
            }

            JournalBatch last = await ReplayAsync(run, bytes, header, cancellationToken).ConfigureAwait(false);
            lastMs = Math.Max(lastMs, last.LastMs is { } ms && ms <= store.Now ? ms : 0);
            if (last.Signal is { } signal)
            {
                (reason, signalMs) = (signal.Name, signal.Ms);
            }

            if (last.Stop == JournalStop.Torn)
            {
                TrackingLog.JournalTorn(logger, SetAside(file), last.Offset, bytes.Length - last.Offset);
            }
            else
            {
                done.Add(file);
            }
        }

        reason = lastMs - signalMs > SignalCountsMs ? died : reason;
        bool killed = await writer.KillAsync(run, lastMs, reason, cancellationToken).ConfigureAwait(false);
        if (killed)
        {
            TrackingLog.RunKilled(logger, run, reason);
        }

        done.ForEach(File.Delete);
        if (!left)
        {
            inherited.Remove();
        }

        return killed;
    }

    // Reads the segment from its beginning, for the keys and the last time; writes what lies behind the position in the database.
    private async ValueTask<JournalBatch> ReplayAsync(string run, byte[] bytes, JournalHeader header, CancellationToken cancellationToken)
    {
        long position = await writer.PositionAsync(header.Writer, header.Segment, cancellationToken).ConfigureAwait(false);
        Dictionary<int, string> keys = [];
        JournalBatch whole = new(run, header.Writer, header.Segment, JournalFormat.HeaderSize, keys);
        whole.Take(bytes, int.MaxValue);
        for (long offset = Math.Max(position, JournalFormat.HeaderSize); offset < whole.Offset;)
        {
            JournalBatch batch = new(run, header.Writer, header.Segment, offset, keys);
            batch.Take(bytes);
            batch.FinishesSegment = batch.Offset >= whole.Offset;
            if (await writer.WriteAsync(batch, cancellationToken).ConfigureAwait(false) is null)
            {
                // Without its start a run cannot be made; the file is kept for a person.
                TrackingLog.JournalIgnored(logger, run, "the record that starts its run is missing");
                whole.MarkTorn();
                return whole;
            }

            offset = batch.Offset;
        }

        return whole;
    }

    // A running run of this machine without a lock file: its files were removed by hand.
    private async ValueTask<int> KillWithoutFilesAsync(CancellationToken cancellationToken)
    {
        List<OpenRun> open = await store.Database.QueryAsync(
            "SELECT run_id, start_ms FROM tracking_run WHERE status = 1 AND substr(owner, 1, length($machine)) = $machine",
            [("$machine", RunOwner.Machine)], OpenRun.Read, cancellationToken).ConfigureAwait(false);
        int killed = 0;
        foreach ((string run, long start) in open)
        {
            // The file is looked for after the row was read: a run that starts has its file before its row, one that ends its row before its file.
            if (!File.Exists(Path.Combine(folder, JournalFiles.Lock(run)))
                && await writer.KillAsync(run, start, RunEnd.ProcessDied, cancellationToken).ConfigureAwait(false))
            {
                killed++;
                TrackingLog.RunKilled(logger, run, RunEnd.ProcessDied);
            }
        }

        foreach ((string run, long seen) in (await ElsewhereAsync(cancellationToken).ConfigureAwait(false)).Values)
        {
            if (IsLost(seen) && !File.Exists(Path.Combine(folder, JournalFiles.Lock(run)))
                && await writer.KillAsync(run, seen, RunEnd.HostLost, cancellationToken).ConfigureAwait(false))
            {
                killed++;
                TrackingLog.RunKilled(logger, run, RunEnd.HostLost);
            }
        }

        return killed;
    }

    // Running runs of other machines, with their last sign of life.
    private async ValueTask<Dictionary<string, OpenRun>> ElsewhereAsync(CancellationToken cancellationToken)
    {
        List<OpenRun> rows = await store.Database.QueryAsync(
            "SELECT run_id, max(start_ms, coalesce(beat_ms, 0)) FROM tracking_run WHERE status = 1 AND owner IS NOT NULL AND substr(owner, 1, length($machine)) <> $machine",
            [("$machine", RunOwner.Machine)], OpenRun.Read, cancellationToken).ConfigureAwait(false);
        Dictionary<string, OpenRun> away = new(StringComparer.Ordinal);
        foreach (OpenRun row in rows)
        {
            away.Add(row.Run, row);
        }

        return away;
    }

    // Runs without an owner were started over REST: nothing tells whether their client lives but its requests.
    private async ValueTask<int> KillSilentAsync(CancellationToken cancellationToken)
    {
        if (options.StaleRunAfter is not { } stale)
        {
            return 0;
        }

        List<OpenRun> silent = await store.Database.QueryAsync(
            "SELECT run_id, max(start_ms, coalesce(beat_ms, 0)) AS seen FROM tracking_run WHERE status = 1 AND owner IS NULL AND seen < $before",
            [("$before", store.Now - (long)stale.TotalMilliseconds)], OpenRun.Read, cancellationToken).ConfigureAwait(false);
        int killed = 0;
        foreach ((string run, long seen) in silent)
        {
            if (await writer.KillAsync(run, seen, RunEnd.Silent, cancellationToken).ConfigureAwait(false))
            {
                killed++;
                TrackingLog.RunKilled(logger, run, RunEnd.Silent);
            }
        }

        return killed;
    }

    /// <summary>A run that has not ended, with its last sign of life.</summary>
    private sealed record OpenRun(string Run, long Seen)
    {
        public static OpenRun Read(DbDataReader row) => new(row.GetString(0), row.GetInt64(1));
    }
}
