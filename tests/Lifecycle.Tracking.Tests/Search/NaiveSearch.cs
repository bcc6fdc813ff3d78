namespace Lifecycle.Tracking.Tests;

/// <summary>Filters and orders over lists, as plainly as they can be written down.</summary>
internal static class NaiveSearch
{
    // texts by their bytes in UTF-8, as the database keeps them
    private static readonly Comparer<string> Utf8 = Comparer<string>.Create(
        (a, b) => System.Text.Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(b)));

    public static IEnumerable<RunRecord> Search(IEnumerable<RunRecord> runs, RunFilter filter, IReadOnlyList<RunOrder> orders)
    {
        IOrderedEnumerable<RunRecord> sorted = runs.Where(r => Holds(filter, r)).OrderBy(_ => 0);
        foreach (RunOrder order in orders)
        {
            sorted = sorted.ThenBy(r => Rank(r, order));
            sorted = (order.Field is FilterField.Metric or FilterField.NumberAttribute, order.IsDescending) switch
            {
                (true, false) => sorted.ThenBy(r => Number(r, order.Field, order.Key) is { } v && !double.IsNaN(v) ? v : 0),
                (true, true) => sorted.ThenByDescending(r => Number(r, order.Field, order.Key) is { } v && !double.IsNaN(v) ? v : 0),
                (false, false) => sorted.ThenBy(r => Text(r, order.Field, order.Key) ?? "", Utf8),
                (false, true) => sorted.ThenByDescending(r => Text(r, order.Field, order.Key) ?? "", Utf8),
            };
        }

        return sorted.ThenByDescending(r => r.StartedAt).ThenBy(r => r.Id, StringComparer.Ordinal);
    }

    private static int Rank(RunRecord run, RunOrder order) =>
        order.Field is FilterField.Metric or FilterField.NumberAttribute
            ? Number(run, order.Field, order.Key) is { } value ? double.IsNaN(value) ? 1 : 0 : 2
            : Text(run, order.Field, order.Key) is null ? 1 : 0;

    private static bool Holds(RunFilter filter, RunRecord run) => filter switch
    {
        EveryFilter => true,
        NotFilter not => !Holds(not.Inner, run),
        JoinFilter join => join.IsAnd ? Holds(join.Left, run) && Holds(join.Right, run) : Holds(join.Left, run) || Holds(join.Right, run),
        TestFilter { Field: FilterField.Metric or FilterField.NumberAttribute } test => HoldsNumber(test, Number(run, test.Field, test.Key)),
        TestFilter { Field: FilterField.Dataset } test => test.Test == FilterTest.IsMissing
            ? run.Inputs.Count == 0
            : run.Inputs.Any(i => HoldsText(test, test.Key switch { "name" => i.Dataset.Name, "digest" => i.Dataset.Digest, _ => i.Context })),
        TestFilter test => HoldsText(test, Text(run, test.Field, test.Key)),
        _ => throw new InvalidOperationException(),
    };

    private static bool HoldsNumber(TestFilter test, double? value) => value is not { } number ? test.Test == FilterTest.IsMissing : test.Test switch
    {
        FilterTest.IsMissing => false,
        FilterTest.IsNaN => double.IsNaN(number),
        FilterTest.Equal => number == (double)test.Value!,
        FilterTest.NotEqual => number != (double)test.Value!,
        FilterTest.Less => number < (double)test.Value!,
        FilterTest.LessOrEqual => number <= (double)test.Value!,
        FilterTest.Greater => number > (double)test.Value!,
        _ => number >= (double)test.Value!,
    };

    private static bool HoldsText(TestFilter test, string? value) => value is null ? test.Test == FilterTest.IsMissing : test.Test switch
    {
        FilterTest.IsMissing => false,
        FilterTest.Equal => value == (string)test.Value!,
        FilterTest.NotEqual => value != (string)test.Value!,
        FilterTest.In => ((string[])test.Value!).Contains(value),
        FilterTest.NotIn => !((string[])test.Value!).Contains(value),
        FilterTest.NotLike => !Like(value, (string)test.Value!),
        FilterTest.NotILike => !Like(Fold(value), Fold((string)test.Value!)),
        FilterTest.Like => Like(value, (string)test.Value!),
        _ => Like(Fold(value), Fold((string)test.Value!)),
    };

    private static string Fold(string text) => string.Concat(text.Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : c));

    private static bool Like(ReadOnlySpan<char> value, ReadOnlySpan<char> pattern)
    {
        if (pattern.IsEmpty)
        {
            return value.IsEmpty;
        }

        if (pattern[0] == '%')
        {
            for (int i = 0; i <= value.Length; i++)
            {
                if (Like(value[i..], pattern[1..]))
                {
                    return true;
                }
            }

            return false;
        }

        return !value.IsEmpty && (pattern[0] == '_' || pattern[0] == value[0]) && Like(value[1..], pattern[1..]);
    }

    private static double? Number(RunRecord run, FilterField field, string key) => field == FilterField.Metric
        ? run.Metrics.TryGetValue(key, out MetricPoint? point) ? point.Value : null
        : key switch
        {
            "start_time" => run.StartedAt.ToUnixTimeMilliseconds(),
            "end_time" => run.EndedAt?.ToUnixTimeMilliseconds(),
            _ => (run.EndedAt - run.StartedAt)?.TotalMilliseconds,
        };

    private static string? Text(RunRecord run, FilterField field, string key) => field switch
    {
        FilterField.Param => run.Params.GetValueOrDefault(key),
        FilterField.Tag => run.Tags.GetValueOrDefault(key),
        _ => key switch
        {
            "run_id" => run.Id,
            "run_name" => run.Name,
            "user_id" => run.User,
            "status" => run.Status.ToString().ToUpperInvariant(),
            "experiment_name" => run.Experiment,
            "lifecycle_stage" => run.IsDeleted ? "deleted" : "active",
            _ => $"mlflow-artifacts:/{run.ExperimentId}/{run.Id}/artifacts",
        },
    };
}
