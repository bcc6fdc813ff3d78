using System.Data.Common;
using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Serving;

/// <summary>Outcomes as rows.</summary>
internal static class FeedbackRows
{
    /// <summary>As many requests are asked for at once.</summary>
    public const int Batch = 128;

    // An outcome stored before there was a limit may be as deep as a writer of JSON goes.
    private static readonly JsonDocumentOptions AsStored = new() { MaxDepth = 1_000 };

    private static readonly string ByRequests =
        "SELECT request, sequence, at, actor, outcome FROM serving_feedback WHERE model = $model AND request IN ("
        + string.Join(',', Enumerable.Range(0, Batch).Select(Parameter)) + ") ORDER BY request, sequence";

    /// <summary>Adds the outcomes that are not the last ones of their requests already.</summary>
    /// <returns>Those that were added.</returns>
    public static async ValueTask<List<StoredOutcome>> AddAsync(
        LifecycleTransaction transaction, string model, IReadOnlyList<StoredOutcome> outcomes, DateTimeOffset at, string actor, CancellationToken cancellationToken)
    {
        List<StoredOutcome> added = [];
        DbCommand last = transaction.Command(
            "SELECT sequence, outcome FROM serving_feedback WHERE model = $model AND request = $request ORDER BY sequence DESC LIMIT 1",
            ("$model", model), ("$request", string.Empty));
        DbCommand insert = transaction.Command(
            "INSERT INTO serving_feedback (model, request, sequence, at, actor, outcome) VALUES ($model, $request, $sequence, $at, $actor, $outcome)",
            ("$model", model), ("$request", string.Empty), ("$sequence", 1L), ("$at", at.UtcTicks), ("$actor", actor), ("$outcome", string.Empty));
        await using (last.ConfigureAwait(false))
        await using (insert.ConfigureAwait(false))
        {
            foreach (StoredOutcome outcome in outcomes)
            {
                string request = outcome.RequestId.ToString("N");
                last.Parameters["$request"].Value = request;
                (long sequence, string? stored) = await LastAsync(last, cancellationToken).ConfigureAwait(false);
                if (stored is not null && IsSame(stored, outcome.Json))
                {
                    continue;
                }

                insert.Parameters["$request"].Value = request;
                insert.Parameters["$sequence"].Value = sequence + 1;
                insert.Parameters["$outcome"].Value = outcome.Json;
                await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                added.Add(outcome);
            }
        }

        return added;
    }

    /// <summary>The last outcome of each of these requests, at most <see cref="Batch"/>.</summary>
    public static async ValueTask<Dictionary<Guid, InferenceFeedback>> LastOfAsync(
        LifecycleDatabase database, string model, IReadOnlyCollection<Guid> requests, CancellationToken cancellationToken)
    {
        List<(string, object?)> parameters = [("$model", model)];
        parameters.AddRange(requests.Select((id, i) => (Parameter(i), (object?)id.ToString("N"))));
        for (int i = requests.Count; i < Batch; i++)
        {
            parameters.Add((Parameter(i), null));
        }

        Dictionary<Guid, InferenceFeedback> last = [];
        await foreach ((Guid request, InferenceFeedback feedback) in database.StreamAsync(
            ByRequests, parameters,
            r => (Guid.ParseExact(r.GetString(0), "N"), new InferenceFeedback((int)r.GetInt64(1), r.Time(2), r.GetString(3), r.GetString(4))),
            cancellationToken).ConfigureAwait(false))
        {
            last[request] = feedback;
        }

        return last;
    }

    private static string Parameter(int i) => "$r" + i.ToString(CultureInfo.InvariantCulture);

    private static async ValueTask<(long Sequence, string? Outcome)> LastAsync(DbCommand command, CancellationToken cancellationToken)
    {
        DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (reader.GetInt64(0), reader.GetString(1)) : (0, null);
        }
    }

    private static bool IsSame(string stored, string json)
    {
        if (stored == json)
        {
            return true;
        }

        using JsonDocument a = JsonDocument.Parse(stored, AsStored), b = JsonDocument.Parse(json, AsStored);
        return JsonElement.DeepEquals(a.RootElement, b.RootElement);
    }
}

/// <summary>An outcome as it is stored.</summary>
/// <param name="RequestId">Of which request.</param>
/// <param name="Json">Without blanks.</param>
internal readonly record struct StoredOutcome(Guid RequestId, string Json);
