using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

public sealed partial class InferenceLog
{
    /// <summary>
    /// The records of a model in the order of their ids, with what is known of their outcomes: those that are sealed and those that are not yet, of
    /// all processes of the workspace. Each record comes once. Records of one request come next to each other.
    /// </summary>
    /// <param name="model">Name under which the model is or was served.</param>
    /// <param name="from">First moment of answers.</param>
    /// <param name="to">The moment after the last.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="LifecycleStorageException">A segment is missing or damaged, or a newer build wrote it.</exception>
    public async IAsyncEnumerable<InferenceRecord> ReadAsync(
        string model, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<InferenceRecord> batch = [];
        SegmentMerge merge = await MergeAsync(model, from, to, cancellationToken).ConfigureAwait(false);
        await using (merge.ConfigureAwait(false))
        {
            while (await merge.PeekAsync(cancellationToken).ConfigureAwait(false) is { } cursor)
            {
                if (IsWithin(cursor, from, to))
                {
                    batch.Add(RecordReader.Record(cursor.Line, cursor.Source));
                }

                await merge.PassAsync(cancellationToken).ConfigureAwait(false);
                if (batch.Count == FeedbackRows.Batch)
                {
                    await AddFeedbackAsync(model, batch, cancellationToken).ConfigureAwait(false);
                    foreach (InferenceRecord record in batch)
                    {
                        yield return record;
                    }

                    batch.Clear();
                }
            }
        }

        await AddFeedbackAsync(model, batch, cancellationToken).ConfigureAwait(false);
        foreach (InferenceRecord record in batch)
        {
            yield return record;
        }
    }

    /// <summary>Counts the requests of a model that have an outcome, and those of them that are not in the log: unsampled, dropped, or of another's id.</summary>
    /// <param name="model">Name under which the model is or was served.</param>
    /// <param name="from">First moment of outcomes.</param>
    /// <param name="to">The moment after the last.</param>
    /// <param name="cancellationToken">Ends the counting.</param>
    public async ValueTask<FeedbackCount> CountFeedbackAsync(
        string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default)
    {
        await _storage.ReadyAsync(cancellationToken).ConfigureAwait(false);
        HashSet<Guid> orphans = [];
        await foreach (string request in _storage.Database.StreamAsync(
            "SELECT DISTINCT request FROM serving_feedback WHERE model = $model AND at >= $from AND at < $to",
            [("$model", model), ("$from", from.UtcTicks), ("$to", to.UtcTicks)], r => r.GetString(0), cancellationToken).ConfigureAwait(false))
        {
            orphans.Add(Guid.ParseExact(request, "N"));
        }

        int requests = orphans.Count;
        SegmentMerge merge = await MergeAsync(model, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, cancellationToken).ConfigureAwait(false);
        await using (merge.ConfigureAwait(false))
        {
            while (orphans.Count > 0 && await merge.PeekAsync(cancellationToken).ConfigureAwait(false) is { } cursor)
            {
                orphans.Remove(cursor.Id);
                await merge.PassAsync(cancellationToken).ConfigureAwait(false);
            }

            return new FeedbackCount(requests, orphans.Count);
        }
    }

    private static bool IsWithin(LineCursor cursor, DateTimeOffset from, DateTimeOffset to) =>
        RecordReader.TryHead(cursor.Line, whole: false, out RecordHead head)
            ? head.At >= from && head.At < to
            : throw RecordReader.Foreign(cursor.Source);

    private async ValueTask<SegmentMerge> MergeAsync(string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        ResourceName.Require(model, "served model");
        await WrittenAsync(model).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        await _storage.ReadyAsync(cancellationToken).ConfigureAwait(false);

        // Spools first, rows then: a spool that is sealed meanwhile has its row before it goes, and is left out for it.
        Dictionary<Guid, SegmentPart> parts = [];
        try
        {
            foreach (Guid id in SpoolFile.List(_storage.Folder))
            {
                if (Spool(id, model) is { } content)
                {
                    parts.Add(id, new SegmentPart(content.First, $"the spool {id:N}", _ => new ValueTask<Stream>(content.Open())) { Held = content });
                }
            }

            await AddSegmentsAsync(parts, model, from, to, cancellationToken).ConfigureAwait(false);
            return new SegmentMerge(parts.Values);
        }
        catch
        {
            foreach (SegmentPart part in parts.Values)
            {
                part.Held?.Dispose();
            }

            throw;
        }
    }

    private async ValueTask AddSegmentsAsync(
        Dictionary<Guid, SegmentPart> parts, string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await foreach ((Guid id, Guid first, Digest digest) in _storage.Database.StreamAsync(
            "SELECT id, first_id, digest FROM serving_log_segment WHERE model = $model AND last_at >= $from AND first_at < $to",
            [("$model", model), ("$from", from.UtcTicks), ("$to", to.UtcTicks)],
            r => (Guid.ParseExact(r.GetString(0), "N"), Guid.ParseExact(r.GetString(1), "N"), new Digest(r.GetFieldValue<byte[]>(2))),
            cancellationToken).ConfigureAwait(false))
        {
            if (parts.Remove(id, out SegmentPart? spool))
            {
                spool.Held?.Dispose();
            }

            parts[id] = new SegmentPart(first, $"the segment {id:N}", token => _storage.Blobs.OpenAsync(digest, null, token));
        }
    }

    /// <summary>Whether the workspace has a record of a model: sealed, or in a spool of any process on this machine.</summary>
    private async ValueTask<bool> HasRecordsAsync(string model, CancellationToken cancellationToken)
    {
        // Spools first, rows then, as for reading: one that is sealed meanwhile has its row before it goes.
        if (SpoolFile.List(_storage.Folder).Any(id => IsOf(id, model)))
        {
            return true;
        }

        await _storage.ReadyAsync(cancellationToken).ConfigureAwait(false);
        await foreach (string _ in _storage.Database.StreamAsync(
            "SELECT id FROM serving_log_segment WHERE model = $model LIMIT 1", [("$model", model)], r => r.GetString(0), cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        return false;
    }

    private bool IsOf(Guid spool, string model)
    {
        try
        {
            return SpoolContent.ModelOf(SpoolFile.PathOf(_storage.Folder, spool)) == model;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // One that cannot be opened may be of the model: what is not known refuses no outcome. One that is gone was sealed.
            return error is not (FileNotFoundException or DirectoryNotFoundException);
        }
    }

    private SpoolContent? Spool(Guid id, string model)
    {
        try
        {
            return SpoolContent.Read(SpoolFile.PathOf(_storage.Folder, id), model);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            // sealed a moment ago: its row is there
            return null;
        }
    }

    private async ValueTask AddFeedbackAsync(string model, List<InferenceRecord> batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            return;
        }

        Dictionary<Guid, InferenceFeedback> feedback = await FeedbackRows.LastOfAsync(
            _storage.Database, model, batch.ConvertAll(r => r.RequestId), cancellationToken).ConfigureAwait(false);
        foreach (InferenceRecord record in batch)
        {
            record.Feedback = feedback.GetValueOrDefault(record.RequestId);
        }
    }
}

/// <summary>How much is known of outcomes.</summary>
/// <param name="Requests">Requests that have an outcome.</param>
/// <param name="Orphans">Those of them that are not in the log.</param>
public readonly record struct FeedbackCount(long Requests, long Orphans);
