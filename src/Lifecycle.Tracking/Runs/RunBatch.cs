namespace Lifecycle.Tracking;

/// <summary>What is logged to a run in one transaction: all of it or nothing.</summary>
public sealed record RunBatch
{
    /// <summary>Points of metrics; those that are there already change nothing.</summary>
    public IReadOnlyList<RunMetric> Metrics { get; init; } = [];

    /// <summary>Params. They never change: the same value again is fine, another one refuses the batch.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Params { get; init; } = [];

    /// <summary>Tags; of several values for one key the last counts. <c>mlflow.runName</c> is the name of the run.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    internal bool IsEmpty => Metrics.Count == 0 && Params.Count == 0 && Tags.Count == 0;

    /// <summary>Checks everything that can be checked without the run.</summary>
    internal void RequireValid()
    {
        for (int i = 0; i < Metrics.Count; i++)
        {
            RunMetric metric = Metrics[i];
            Require(KeyRule.Broken(metric.Key, "Metric name", Field("metrics", Metrics.Count, i)));
            if (metric.At < DateTimeOffset.UnixEpoch)
            {
                throw new TrackingException($"Invalid value for parameter 'metrics[{i}].timestamp' supplied: it lies before 1970. Use Unix milliseconds, 0 or more.");
            }
        }

        RequirePairs(Params, "params", "Param key");
        RequirePairs(Tags, "tags", "Tag key");
        Dictionary<string, string> first = new(StringComparer.Ordinal);
        foreach ((string key, string value) in Params)
        {
            if (!first.TryAdd(key, value))
            {
                throw new TrackingException(
                    $"Duplicate parameter keys have been submitted: '{key}' with '{Cut(first[key])}' and '{Cut(value)}'. Please ensure the request contains only one parameter value per parameter key.");
            }
        }
    }

    internal static string Cut(string text) => text.Length <= 200 ? text : text[..(char.IsHighSurrogate(text[199]) ? 199 : 200)] + "…";

    private static void RequirePairs(IReadOnlyList<KeyValuePair<string, string>> pairs, string list, string what)
    {
        for (int i = 0; i < pairs.Count; i++)
        {
            Require(KeyRule.Broken(pairs[i].Key, what, Field(list, pairs.Count, i)));
            if (pairs[i].Value is null || pairs[i].Value.Length > Run.LongestValue)
            {
                throw new TrackingException(
                    pairs[i].Value is null ? $"Missing value for required parameter '{list}[{i}].value'."
                    : $"The value of '{list}[{i}]' ('{pairs[i].Key}') has {pairs[i].Value.Length} characters; at most {Run.LongestValue} are kept. Log it as an artifact.");
            }
        }
    }

    private static string Field(string list, int count, int index) => count == 1 ? "name" : $"{list}[{index}].name";

    private static void Require(string? broken)
    {
        if (broken is not null)
        {
            throw new TrackingException(broken);
        }
    }
}

/// <summary>One value of a metric, and which model and data it speaks of.</summary>
/// <param name="Key">1 to 250 letters, digits, <c>_ - . : /</c> and spaces.</param>
/// <param name="Value">NaN and infinities are kept; -0.0 becomes 0.0.</param>
/// <param name="At">When, to the millisecond, not before 1970.</param>
/// <param name="Step">Any number, negative too.</param>
public sealed record RunMetric(string Key, double Value, DateTimeOffset At, long Step = 0)
{
    /// <summary>The logged model that was measured, <c>m-...</c>; null when it says nothing of a model.</summary>
    public string? ModelId { get; init; }

    /// <summary>Name of the data it was measured on.</summary>
    public string? DatasetName { get; init; }

    /// <summary>Digest of the data it was measured on.</summary>
    public string? DatasetDigest { get; init; }
}
