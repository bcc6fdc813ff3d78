namespace Lifecycle.Drift;

/// <summary>When an alert is raised and when it is cleared.</summary>
public sealed record AlertPolicy
{
    /// <summary>2 of 3 windows raise, 3 quiet windows in a row clear, at most 10 raised a day.</summary>
    public static AlertPolicy Default { get; } = new();

    /// <summary>Windows with drift that raise an alert, 1 to <see cref="OutOf"/>.</summary>
    public int RaiseAt { get; private init; } = 2;

    /// <summary>Windows that are looked at.</summary>
    public int OutOf { get; private init; } = 3;

    /// <summary>Windows in a row with adjusted p above 2 alpha or an effect below .8 of the floor that clear an alert.</summary>
    public int ClearAfter { get; private init; } = 3;

    /// <summary>Alerts a monitor raises in 24 hours; more are kept as suppressed and counted in the next one.</summary>
    public int Budget { get; private init; } = 10;

    /// <summary>Raises when so many of the last windows drifted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 &lt;= windows &lt;= outOf &lt;= 1000.</exception>
    public AlertPolicy Raise(int windows, int outOf) => windows >= 1 && windows <= outOf && outOf <= 1000
        ? this with { RaiseAt = windows, OutOf = outOf }
        : throw new ArgumentOutOfRangeException(
            nameof(windows), $"An alert cannot be raised by {windows} of {outOf} windows. Ask for 1 to 1000 of at least as many, for example Raise(2, outOf: 3).");

    /// <summary>Clears after so many quiet windows in a row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 to 1000.</exception>
    public AlertPolicy Clear(int after) => after is >= 1 and <= 1000
        ? this with { ClearAfter = after }
        : throw new ArgumentOutOfRangeException(nameof(after), after, "An alert clears after 1 to 1000 quiet windows, for example Clear(after: 3).");

    /// <summary>Raises at most so many alerts in 24 hours.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public AlertPolicy AtMostADay(int alerts) => alerts >= 0
        ? this with { Budget = alerts }
        : throw new ArgumentOutOfRangeException(nameof(alerts), alerts, "The budget is 0 or more alerts a day, for example 10.");
}
