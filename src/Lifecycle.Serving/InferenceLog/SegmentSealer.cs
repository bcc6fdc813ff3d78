using System.Threading.Channels;

namespace Lifecycle.Serving;

/// <summary>
/// Brings spools into the object store, one after the other, on a task of its own: whoever writes spools does not wait for it. What fails is
/// tried again after the others, until the stop; what is not sealed then is left to the next start.
/// </summary>
internal sealed class SegmentSealer(LogStorage storage) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly Channel<SpoolFile> _spools = Channel.CreateUnbounded<SpoolFile>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationTokenSource _hurried = new();
    private readonly Lock _gate = new();
    private readonly List<SpoolFile> _owned = [];
    private Task? _loop;
    private long _pending;
    private bool _isLeft;

    /// <summary>Bytes of the spools that are not sealed.</summary>
    public long Pending => Volatile.Read(ref _pending);

    /// <summary>Bytes of the spools of a model that are not sealed.</summary>
    public long PendingOf(string model)
    {
        lock (_gate)
        {
            long bytes = 0;
            foreach (SpoolFile spool in _owned)
            {
                bytes += spool.Model == model ? spool.Length : 0;
            }

            return bytes;
        }
    }

    /// <summary>Takes a spool over, to which no more is added.</summary>
    public void Add(SpoolFile spool)
    {
        try
        {
            // it may wait for long
            if (spool.IsDirty)
            {
                spool.Flush();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            ServingLog.SealFailed(storage.Logger, error, spool.File, error.Message);
        }

        spool.Close();
        lock (_gate)
        {
            if (_isLeft)
            {
                spool.Dispose();
                return;
            }

            _owned.Add(spool);
            Interlocked.Add(ref _pending, spool.Length);
            _spools.Writer.TryWrite(spool);
            _loop ??= Task.Run(RunAsync);
        }
    }

    /// <summary>No spool comes any more: ends when all are sealed or left.</summary>
    public Task IdleAsync()
    {
        lock (_gate)
        {
            _spools.Writer.TryComplete();
            return _loop ?? Task.CompletedTask;
        }
    }

    /// <summary>Seals what is there; what is not sealed in time is left to the next start.</summary>
    /// <returns>Whether all is sealed.</returns>
    public async Task<bool> CompleteAsync(TimeSpan limit)
    {
        Task loop;
        lock (_gate)
        {
            _spools.Writer.TryComplete();
            loop = _loop ?? Task.CompletedTask;
        }

        await _hurried.CancelAsync().ConfigureAwait(false);
        try
        {
            await loop.WaitAsync(limit, storage.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // a store that does not answer may not look at the token either: nobody waits for it any longer
            await _stopped.CancelAsync().ConfigureAwait(false);
        }

        lock (_gate)
        {
            _isLeft = true;
            bool isDone = _owned.Count == 0;
            _owned.ForEach(s => s.Dispose());
            _owned.Clear();
            return isDone;
        }
    }

    /// <summary>Call after <see cref="CompleteAsync"/>.</summary>
    public void Dispose()
    {
        if (_loop is null or { IsCompleted: true })
        {
            _stopped.Dispose();
            _hurried.Dispose();
        }
    }

    private async Task RunAsync()
    {
        Queue<SpoolFile> waiting = new();
        TimeSpan pause = FirstPause;
        while (await MoreAsync(waiting).ConfigureAwait(false))
        {
            bool isLastTry = _hurried.IsCancellationRequested;
            SpoolFile spool = waiting.Dequeue();
            if (await TrySealAsync(spool).ConfigureAwait(false))
            {
                pause = FirstPause;
                continue;
            }

            if (isLastTry)
            {
                // left to the next start
                continue;
            }

            // to the end: one that can never be sealed must not keep the others
            waiting.Enqueue(spool);
            try
            {
                await Task.Delay(pause, storage.Time, _hurried.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // one try more for each
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    // What has come since, behind what failed; false when all is done and no more comes.
    private async ValueTask<bool> MoreAsync(Queue<SpoolFile> waiting)
    {
        do
        {
            while (_spools.Reader.TryRead(out SpoolFile? spool))
            {
                waiting.Enqueue(spool);
            }
        }
        while (waiting.Count == 0 && await _spools.Reader.WaitToReadAsync().ConfigureAwait(false));
        return waiting.Count > 0;
    }

    private async Task<bool> TrySealAsync(SpoolFile spool)
    {
        try
        {
            int unreadable = await SealAsync(spool, _stopped.Token).ConfigureAwait(false);
            lock (_gate)
            {
                // unless the lock was freed meanwhile: whoever has it now finds the row
                if (_owned.Remove(spool))
                {
                    Interlocked.Add(ref _pending, -spool.Length);
                    if (unreadable == 0)
                    {
                        spool.Remove();
                    }
                    else
                    {
                        ServingLog.SpoolDamaged(storage.Logger, unreadable, spool.SetAside());
                    }
                }
            }

            return true;
        }
        catch (Exception error)
        {
            if (!_stopped.IsCancellationRequested)
            {
                ServingLog.SealFailed(storage.Logger, error, spool.File, error.Message);
            }

            return false;
        }
    }

    // Whole lines that could not be read.
    private async ValueTask<int> SealAsync(SpoolFile spool, CancellationToken cancellationToken)
    {
        await storage.ReadyAsync(cancellationToken).ConfigureAwait(false);
        string id = spool.Id.ToString("N");
        List<long> sealedRows = await storage.Database.ListAsync(
            "SELECT rows FROM serving_log_segment WHERE id = $id", [("$id", id)], r => r.GetInt64(0), cancellationToken).ConfigureAwait(false);
        if (sealedRows.Count > 0)
        {
            return 0;
        }

        if (Content(spool) is not { } read)
        {
            return 0;
        }

        using SpoolContent content = read;
        if (content.Model is not { } model)
        {
            return content.Unreadable;
        }

        if (spool.IsInherited)
        {
            ServingLog.SpoolInherited(storage.Logger, spool.File, content.Records, model, content.IsTorn ? "without its torn last line" : "whole");
        }

        StoredBlob blob;
        using (Stream lines = content.Open())
        {
            blob = await storage.Blobs.PutAsync(lines, new BlobPutOptions { ExpectedLength = content.Length }, cancellationToken).ConfigureAwait(false);
        }

        await storage.Database.WriteAsync(
            (transaction, token) => transaction.ExecuteAsync(
                """
                INSERT INTO serving_log_segment (id, model, first_id, last_id, first_at, last_at, rows, bytes, digest, sealed)
                VALUES ($id, $model, $first, $last, $firstAt, $lastAt, $rows, $bytes, $digest, $sealed) ON CONFLICT DO NOTHING
                """,
                [
                    ("$id", id), ("$model", model), ("$first", content.First.ToString("N")), ("$last", content.Last.ToString("N")),
                    ("$firstAt", content.FirstAt.UtcTicks), ("$lastAt", content.LastAt.UtcTicks), ("$rows", (long)content.Records),
                    ("$bytes", content.Length), ("$digest", blob.Digest.ToByteArray()), ("$sealed", storage.Time.GetUtcNow().UtcTicks),
                ],
                token),
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return content.Unreadable;
    }

    // Null when somebody removed it: what was in it cannot be had any more, and the others wait.
    private SpoolContent? Content(SpoolFile spool)
    {
        try
        {
            return SpoolContent.Read(spool.File, spool.IsInherited);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            ServingLog.SpoolLost(storage.Logger, spool.File, spool.Records, spool.Model);
            ServingMeter.RecordsDropped(spool.Model ?? string.Empty, "write_failed", spool.Records);
            return null;
        }
    }
}
