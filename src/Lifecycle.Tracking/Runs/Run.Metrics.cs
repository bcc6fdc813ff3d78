namespace Lifecycle.Tracking;

public sealed partial class Run
{
    /// <summary>Logs a point of a metric. An exact duplicate changes nothing.</summary>
    /// <param name="key">1 to 250 letters, digits, <c>_ - . : /</c> and spaces.</param>
    /// <param name="value">NaN and infinities are kept; -0.0 becomes 0.0.</param>
    /// <param name="step">Any number, negative too.</param>
    /// <param name="at">When; now when it is null. Kept to the millisecond, not before 1970.</param>
    public void LogMetric(string key, double value, long step = 0, DateTimeOffset? at = null)
    {
        if (key is not null && _series.TryGetValue(key, out MetricSeries? series))
        {
            Log(series, value, step, at);
        }
        else
        {
            Log(Metric(key!), value, step, at);
        }
    }

    /// <summary>Logs a point that also says how good a logged model is.</summary>
    /// <param name="key">1 to 250 letters, digits, <c>_ - . : /</c> and spaces.</param>
    /// <param name="value">NaN and infinities are kept; -0.0 becomes 0.0.</param>
    /// <param name="model">The model.</param>
    /// <param name="step">Any number, negative too.</param>
    /// <param name="data">The data it was measured on, if it shall be told.</param>
    public void LogMetric(string key, double value, ModelArtifact model, long step = 0, DatasetReference? data = null)
    {
        MetricSeries series = Metric(key);
        if (model is null || series.Number is null)
        {
            Refuse(model is null ? "value" : "key", key ?? "", series.Broken ?? "A metric of a model needs the model.");
        }
        else if (!_journal.AppendMetric(series.Number, JournalRecords.MetricOfModel(series.Number.Number, step, _store.Now, value + 0.0, model.Id, data)))
        {
            RefuseEnded(series.Key);
        }
    }

    /// <summary>A metric, looked up once, for loops. A key that breaks the rule gives a series whose points are refused.</summary>
    /// <param name="key">1 to 250 letters, digits, <c>_ - . : /</c> and spaces.</param>
    public MetricSeries Metric(string key)
    {
        if (key is not null && _series.TryGetValue(key, out MetricSeries? known))
        {
            return known;
        }

        return KeyRule.Broken(key) is { } broken
            ? new MetricSeries(this, key ?? "", null, broken)
            : _series.GetOrAdd(key!, static (k, run) => new MetricSeries(run, k, run._journal.Key(k), null), this);
    }

    internal void Log(MetricSeries series, double value, long step, DateTimeOffset? at)
    {
        if (series.Number is null)
        {
            Refuse("key", series.Key, series.Broken!);
            return;
        }

        long ms = (at ?? _store.Time.GetUtcNow()).ToUnixTimeMilliseconds();
        if (ms < 0)
        {
            Refuse("time", series.Key, $"The point of '{series.Key}' at {at:O} lies before 1970; its time must be Unix milliseconds from 0 on.");
        }
        else if (!_journal.AppendMetric(series.Number, step, ms, value + 0.0))
        {
            RefuseEnded(series.Key);
        }
    }
}
