namespace Lifecycle.Validation;

/// <summary>Comparisons with a limit: both ends belong to it, and 0.85 reaches 0.80 + 0.05.</summary>
internal static class Limits
{
    private const double Tolerance = 1e-12;
    private const double MostRows = 1e9;

    public static bool Reaches(double value, double limit) => value >= limit - Slack(value, limit);

    public static bool Keeps(double value, double limit) => value <= limit + Slack(value, limit);

    public static Verdict Judge(double lower, double upper, double? atLeast, double? atMost)
    {
        bool holds = (atLeast is not { } least || Reaches(lower, least)) && (atMost is not { } most || Keeps(upper, most));
        bool breaks = (atLeast is { } floor && !Reaches(upper, floor)) || (atMost is { } ceiling && !Keeps(lower, ceiling));
        return holds ? Verdict.Pass : breaks ? Verdict.Fail : Verdict.Inconclusive;
    }

    /// <summary>What an undefined figure means: lack of rows cannot tell, anything else fails.</summary>
    public static Verdict OfUndefined(UndefinedReason reason) => reason is UndefinedReason.TooFewRows or UndefinedReason.TooFewGroups or UndefinedReason.LimitExceeded
        ? Verdict.Inconclusive
        : Verdict.Fail;

    /// <summary>
    /// ⌈n (half width / distance to the limit)²⌉, at most 10⁹; null when the value sits on the limit. The half width is that of the side of the limit:
    /// intervals need not be symmetric.
    /// </summary>
    public static long? NeededRows(int rows, double value, double lower, double upper, double? atLeast, double? atMost)
    {
        double[] limits = [.. new[] { atLeast is { } least && lower < least ? least : double.NaN, atMost is { } most && upper > most ? most : double.NaN }.Where(double.IsFinite)];
        if (limits.Length == 0)
        {
            return null;
        }

        double limit = limits.MinBy(l => Math.Abs(value - l)), distance = Math.Abs(value - limit);
        if (distance < 1e-6)
        {
            return null;
        }

        double ratio = (limit < value ? value - lower : upper - value) / distance;
        return (long)Math.Min(MostRows, Math.Ceiling(rows * Math.Max(1, ratio * ratio)));
    }

    public static long Times(int rows, double factor) => (long)Math.Min(MostRows, Math.Ceiling(rows * factor));

    private static double Slack(double a, double b) => double.IsFinite(a) ? Tolerance * Math.Max(1, Math.Max(Math.Abs(a), Math.Abs(b))) : 0;
}
