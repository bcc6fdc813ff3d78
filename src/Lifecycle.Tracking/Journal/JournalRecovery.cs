using Microsoft.Extensions.Logging;

namespace Lifecycle.Tracking;

/// <summary>
/// Takes over what dead processes left: brings their journals into the database, ends their runs as <see cref="RunStatus.Killed"/>, removes their files.
/// Journals of living processes are left alone, and so are files that are no journals of ours.
/// </summary>
internal sealed class JournalRecovery(BatchWriter writer, TrackingStore store, string folder, ILogger logger)
{
    public const string ProcessDied = "process-died";

    /// <summary>Takes over all runs whose owner is dead.</summary>
    /// <returns>Runs that were ended.</returns>
    public async ValueTask<int> RecoverAsync(CancellationToken cancellationToken)
    {
        int killed = 0;
        foreach (string run in JournalFiles.Runs(folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using OwnerLock? inherited = OwnerLock.TryInherit(folder, run);
            if (inherited is not null)
            {
                killed += await TakeOverAsync(run, inherited, cancellationToken).ConfigureAwait(false) ? 1 : 0;
            }
        }

        return killed + await KillWithoutFilesAsync(cancellationToken).ConfigureAwait(false);
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

    private async ValueTask<bool> TakeOverAsync(string run, OwnerLock inherited, CancellationToken cancellationToken)
    {
        foreach (string unfinished in JournalFiles.Unfinished(folder, run))
        {
            File.Delete(unfinished);
        }

        long lastMs = 0;
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
            lastMs = Math.Max(lastMs, last.LastMs ?? 0);
            if (last.Stop == JournalStop.Torn)
            {
                TrackingLog.JournalTorn(logger, SetAside(file), last.Offset, bytes.Length - last.Offset);
            }
            else
            {
                done.Add(file);
            }
        }

        bool killed = await writer.KillAsync(run, lastMs, ProcessDied, cancellationToken).ConfigureAwait(false);
        if (killed)
        {
            TrackingLog.RunKilled(logger, run);
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
        List<(string Run, long Start)> open = await store.Database.QueryAsync(
            "SELECT run_id, start_ms FROM tracking_run WHERE status = 1 AND substr(owner, 1, length($machine)) = $machine",
            [("$machine", RunOwner.Machine)], row => (row.GetString(0), row.GetInt64(1)), cancellationToken).ConfigureAwait(false);
        int killed = 0;
        foreach ((string run, long start) in open)
        {
            // The file is looked for after the row was read: a run that starts has its file before its row, one that ends its row before its file.
            if (!File.Exists(Path.Combine(folder, JournalFiles.Lock(run)))
                && await writer.KillAsync(run, start, ProcessDied, cancellationToken).ConfigureAwait(false))
            {
                killed++;
                TrackingLog.RunKilled(logger, run);
            }
        }

        return killed;
    }
}
