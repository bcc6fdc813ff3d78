using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Defaults of monitors that are opened without a word.</summary>
public sealed class DriftOptions
{
    /// <summary>Length of a window; one hour by default, a millisecond to 48 days.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Rows that close a window before its time; null (the default): time alone closes windows.</summary>
    public int? RowsPerWindow { get; set; }

    /// <summary>Rows that a window needs to be checked; 200 by default, at least 1.</summary>
    public int LeastRows { get; set; } = 200;

    /// <summary>Chance of a false drift a window; .05 by default, between 0 and 1.</summary>
    public double Alpha { get; set; } = 0.05;

    /// <summary>Least corrected population stability index that is called drift; .10 by default, at least 0.</summary>
    public double EffectFloor { get; set; } = 0.10;

    /// <summary>How long windows, of drift and of performance, and their findings are kept; 90 days by default, at least a day. Alerts are kept for ever.</summary>
    public TimeSpan KeepFindings { get; set; } = TimeSpan.FromDays(90);

    /// <summary>What is wrong with the options, each with the remedy; none when all is well.</summary>
    public IEnumerable<string> Problems()
    {
        if (Period < TimeSpan.FromMilliseconds(1) || Period > TimeSpan.FromDays(48))
        {
            yield return $"DriftOptions.Period is {Period}; a window lasts from a millisecond to 48 days, for example 01:00:00.";
        }

        if (RowsPerWindow is < 1)
        {
            yield return $"DriftOptions.RowsPerWindow is {RowsPerWindow}; it is at least 1, for example 5000, or null.";
        }

        if (LeastRows < 1)
        {
            yield return $"DriftOptions.LeastRows is {LeastRows}; it is at least 1, for example 200.";
        }

        if (KeepFindings < TimeSpan.FromDays(1))
        {
            yield return $"DriftOptions.KeepFindings is {KeepFindings}; findings are kept for at least a day, for example 90.00:00:00.";
        }

        if (!(Alpha > 0 && Alpha < 1))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"DriftOptions.Alpha is {Alpha}; it lies between 0 and 1, for example 0.05.");
        }

        if (!(EffectFloor >= 0) || !double.IsFinite(EffectFloor))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"DriftOptions.EffectFloor is {EffectFloor}; it is a number from 0 on, for example 0.10.");
        }
    }

    internal MonitorOptions ToMonitor(Action<MonitorOptions>? configure)
    {
        MonitorOptions options = new();
        if (RowsPerWindow is { } rows)
        {
            options.EveryRows(rows);
        }

        options.Every(Period).AtLeast(LeastRows).Judge(new DriftPolicy { Alpha = Alpha }.EffectAtLeast(Effect.PopulationStabilityIndex, EffectFloor));
        configure?.Invoke(options);
        return options;
    }
}
