using System.Diagnostics.Metrics;

namespace Lifecycle.Drift.Tests;

public sealed class MonitorTelemetryTests
{
    [Fact]
    public async Task A_closed_window_measures_values_alerts_effects_and_unseen_labels()
    {
        const string model = "measured";
        await using Ledgers world = new();
        int columns = DriftTelemetry.MostFeatures + 5;
        ReferenceProfile wide = ReferenceProfile.From(new ColumnBatch(
        [
            .. Enumerable.Range(0, columns - 1).Select(c => BatchColumn.Of<double>($"c{c}", Samples.Normal(500, (ulong)c))),
            BatchColumn.Of<string>("label", Enumerable.Repeat("a", 500).ToArray()),
        ]));
        List<(string Name, double Value, Dictionary<string, object?> Tags)> measured = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, me) =>
        {
            if (instrument.Meter.Name == DriftTelemetry.Name)
            {
                me.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        listener.Start();
        await using (DriftMonitor monitor = world.Drift.Open(model, "1", wide, m => m.Raise(1, outOf: 1)))
        {
            for (int c = 0; c < columns - 1; c++)
            {
                monitor.Column($"c{c}").RecordRange(Samples.Normal(300, 900 + (ulong)c, shift: c is 3 or 202 ? 3 : 0));
            }

            monitor.Column("label").RecordRange(Enumerable.Repeat<string?>("a", 280).Concat(Enumerable.Repeat("b", 20)).ToArray());
            DriftReport report = await monitor.CloseWindowAsync();
            Assert.Equal(300.0 * columns, Sum("lifecycle.drift.recorded"));
            Assert.Equal(20, Sum("lifecycle.drift.unseen"));
            Assert.Equal(columns, Sum("lifecycle.drift.check.count"));
            Assert.Equal(monitor.Alerts.Active.Count, Sum("lifecycle.drift.alert.active"));
            Dictionary<string, double> effects = Of("lifecycle.drift.effect").ToDictionary(m => (string)m.Tags["lifecycle.feature.name"]!, m => m.Value);
            Assert.Equal(DriftTelemetry.MostFeatures + 1, effects.Count);
            Assert.Equal(report["c3"].EffectValue, effects["c3"]);
            Assert.Equal(report["c202"].EffectValue, effects["_other"]);
            Assert.False(effects.ContainsKey("c202"));
            double p = Of("lifecycle.drift.p.log10").Single(m => (string)m.Tags["lifecycle.feature.name"]! == "c3").Value;
            Assert.Equal(report["c3"].LogAdjustedPValue / Math.Log(10), p);
            Assert.True(Sum("lifecycle.drift.alert.active") >= 2);
        }

        Assert.Equal(0, Sum("lifecycle.drift.alert.active"));
        Assert.All(measured, m => Assert.Equal((model, "1"), (m.Tags["lifecycle.model.name"], m.Tags["lifecycle.model.version"])));

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            Dictionary<string, object?> own = new(tags.ToArray());
            if (own.TryGetValue("lifecycle.model.name", out object? of) && Equals(of, model))
            {
                measured.Add((instrument.Name, value, own));
            }
        }

        IEnumerable<(string Name, double Value, Dictionary<string, object?> Tags)> Of(string name) => measured.Where(m => m.Name == name);

        double Sum(string name) => Of(name).Sum(m => m.Value);
    }
}
