using System.Diagnostics.Metrics;

namespace Lifecycle.Serving.Tests;

/// <summary>Counts what the instruments tell of dropped records of one model; other tests of this process count their own.</summary>
internal sealed class DroppedRecords : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _counts = [];

    public DroppedRecords(string model)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "lifecycle.serving.log.dropped")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            Dictionary<string, object?> all = new(tags.ToArray());
            if (!Equals(all["lifecycle.model.name"], model))
            {
                return;
            }

            lock (_counts)
            {
                string reason = (string)all["lifecycle.serving.reason"]!;
                _counts[reason] = _counts.GetValueOrDefault(reason) + count;
            }
        });
        _listener.Start();
    }

    public long Of(string reason)
    {
        lock (_counts)
        {
            return _counts.GetValueOrDefault(reason);
        }
    }

    public void Dispose() => _listener.Dispose();
}
