namespace Lifecycle.Drift;

/// <summary>How a monitor cuts windows and when it alerts. Each verb returns the options, so that they chain.</summary>
public sealed class MonitorOptions
{
    internal const int MostParts = 168;

    /// <summary>Makes options with the defaults: a window an hour, at least 200 rows, 2 of 3 windows raise, 3 clear.</summary>
    public MonitorOptions()
    {
    }

    /// <summary>Length of a window; null when windows close by rows only.</summary>
    public TimeSpan? Period { get; private set; } = TimeSpan.FromHours(1);

    /// <summary>Windows that are judged together: 1 when windows follow each other, more when they slide.</summary>
    public int Parts { get; private set; } = 1;

    /// <summary>Rows that close a window; null when windows close by time only.</summary>
    public int? RowsPerWindow { get; private set; }

    /// <summary>Rows that a window needs to be checked; with fewer it grows, and after 24 periods it is reported as too small.</summary>
    public int LeastRows { get; private set; } = 200;

    /// <summary>Alpha, correction and least effect of the checks.</summary>
    public DriftPolicy Policy { get; private set; } = DriftPolicy.Default;

    /// <summary>When alerts are raised and cleared.</summary>
    public AlertPolicy Alerts { get; private set; } = AlertPolicy.Default;

    /// <summary>How often what the open window holds is saved; a minute.</summary>
    internal TimeSpan SaveEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Name of the monitor, for reports and history.</summary>
    public string Name { get; private set; } = "default";

    /// <summary>Closes a window by the clock.</summary>
    /// <param name="period">A millisecond to 48 days.</param>
    public MonitorOptions Every(TimeSpan period)
    {
        Period = period >= TimeSpan.FromMilliseconds(1) && period <= TimeSpan.FromDays(48)
            ? period
            : throw new ArgumentOutOfRangeException(nameof(period), period, "A window lasts from a millisecond to 48 days, for example TimeSpan.FromHours(1).");
        return this;
    }

    /// <summary>Closes a window by rows; the clock then closes none unless <see cref="Every"/> is called afterwards.</summary>
    /// <param name="rows">At least 1; fewer than 200 also lowers the least rows of a window.</param>
    public MonitorOptions EveryRows(int rows)
    {
        (RowsPerWindow, Period) = (Positive(rows, "A window has at least 1 row, for example EveryRows(5000)."), null);
        LeastRows = Math.Min(LeastRows, rows);
        return this;
    }

    /// <summary>
    /// Lets windows slide: whenever <see cref="Every"/> or <see cref="EveryRows"/> closes a part, it is judged together with the parts before it.
    /// <c>Every(TimeSpan.FromHours(1)).Sliding(24)</c> judges the last 24 hours once an hour. Windows then share rows, so one bad hour is seen
    /// in up to 24 of them: let <see cref="Raise"/> and <see cref="Clear"/> count with that.
    /// </summary>
    /// <param name="parts">2 to 168; 1 means windows that follow each other. Each part keeps 4 bytes a counter.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 to 168.</exception>
    public MonitorOptions Sliding(int parts)
    {
        Parts = parts is >= 1 and <= MostParts
            ? parts
            : throw new ArgumentOutOfRangeException(nameof(parts), parts, "A window slides over 2 to 168 parts, for example Every(TimeSpan.FromHours(1)).Sliding(24).");
        return this;
    }

    /// <summary>Checks a window only when it has so many rows.</summary>
    public MonitorOptions AtLeast(int rows)
    {
        LeastRows = Positive(rows, "A window is checked from 1 row on, for example AtLeast(200).");
        return this;
    }

    /// <summary>
    /// Judges by this policy. A preset of another tool needs values and a monitor counts: it judges columns of labels and numeric columns with a bin for
    /// each value; a monitor of other columns does not open.
    /// </summary>
    public MonitorOptions Judge(DriftPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Policy = policy;
        return this;
    }

    /// <summary>Raises an alert when so many of the last windows drifted.</summary>
    public MonitorOptions Raise(int windows, int outOf)
    {
        Alerts = Alerts.Raise(windows, outOf);
        return this;
    }

    /// <summary>Clears an alert after so many quiet windows in a row.</summary>
    public MonitorOptions Clear(int after)
    {
        Alerts = Alerts.Clear(after);
        return this;
    }

    /// <summary>Raises at most so many alerts in 24 hours.</summary>
    public MonitorOptions AtMostADay(int alerts)
    {
        Alerts = Alerts.AtMostADay(alerts);
        return this;
    }

    /// <summary>Names the monitor.</summary>
    /// <exception cref="InvalidNameException">Not a <see cref="ResourceName"/>.</exception>
    public MonitorOptions Named(string name)
    {
        Name = ResourceName.Require(name, "monitor");
        return this;
    }

    /// <summary>Refuses a policy that names columns the reference does not have, or under which columns would never be tested.</summary>
    internal void Require(ReferenceProfile reference)
    {
        Policy.Require(reference);
        string[] untested = Policy.Rule.NeedsValues
            ? [.. reference.Columns.OfType<NumericColumn>().Where(c => !c.HasBinPerValue || c.Sketches.Quantiles is not null).Select(c => $"'{c.Name}'")]
            : [];
        if (untested.Length > 0)
        {
            throw new ArgumentException(
                $"The policy of the monitor '{Name}' is a preset that needs values, and a monitor keeps counts in bins: it would never test {string.Join(", ", untested)}. "
                + "Watch with DriftPolicy.Default, leave these columns out of the reference, or check batches with the preset, for example "
                + "reference.Check(batch, DriftPolicy.Evidently).");
        }
    }

    private static int Positive(int rows, string message) => rows >= 1 ? rows : throw new ArgumentOutOfRangeException(nameof(rows), rows, message);
}
