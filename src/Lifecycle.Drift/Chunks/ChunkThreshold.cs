using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Where a threshold comes from.</summary>
public enum ChunkThresholdKind
{
    /// <summary>From the law of the distance when all rows are independent and nothing changed.</summary>
    Iid,

    /// <summary>From the spread of the reference's own chunks, by Student's prediction limit.</summary>
    Historical,

    /// <summary>From the rank among the reference's own chunks; no law is assumed.</summary>
    Conformal,

    /// <summary>Standard deviations above the mean of the reference's own chunks, as NannyML. A result of its preset only, not for asking.</summary>
    StandardDeviations,
}

/// <summary>When a chunk is called drifted: its chance of being as far away, were nothing changed, is at most <see cref="Alpha"/>. Immutable.</summary>
public sealed record ChunkThreshold
{
    /// <summary>Fewest reference chunks for <see cref="ChunkThresholdKind.Historical"/>.</summary>
    public const int FewestHistorical = 6;

    private ChunkThreshold(ChunkThresholdKind kind, double alpha, TimeSpan? season = null)
    {
        Kind = kind;
        Season = season;
        Alpha = alpha is > 0 and < 1
            ? alpha
            : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha lies between 0 and 1, for example 0.05.");
    }

    /// <summary>Where the limit comes from.</summary>
    public ChunkThresholdKind Kind { get; }

    /// <summary>Chance of a false alarm for one chunk of one column; in (0, 1).</summary>
    public double Alpha { get; }

    /// <summary>Length of the season whose phases are compared among themselves; null for none.</summary>
    public TimeSpan? Season { get; }

    /// <summary>Fewest reference chunks (with <see cref="Season"/>: of each phase) that the limit can be made from.</summary>
    public int FewestChunks => Kind switch
    {
        ChunkThresholdKind.Historical => FewestHistorical,
        ChunkThresholdKind.Conformal => (int)Math.Ceiling(1 / Alpha - 1 - 1e-9),
        _ => 1,
    };

    /// <summary>The default: rows are independent; the limit is the distance that chance exceeds with probability alpha.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Alpha lies outside (0, 1).</exception>
    public static ChunkThreshold Iid(double alpha = 0.05) => new(ChunkThresholdKind.Iid, alpha);

    /// <summary>Chunks vary more than chance does (season, mix): the limit is mean + t s √(1 + 1/k) of the k reference chunks' transformed distances; k at least 6.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Alpha lies outside (0, 1).</exception>
    public static ChunkThreshold Historical(double alpha = 0.05) => new(ChunkThresholdKind.Historical, alpha);

    /// <summary>A chunk alarms when at most a share alpha of the reference chunks and itself is as far away; needs at least 1/alpha - 1 reference chunks.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Alpha lies outside (0, 1).</exception>
    public static ChunkThreshold Conformal(double alpha = 0.05) => new(ChunkThresholdKind.Conformal, alpha);

    /// <summary>
    /// As <see cref="Historical"/>, and each chunk is held against the reference chunks of its own phase: Mondays against Mondays with a season of seven days and
    /// chunks of a day. Needs chunks by period and six reference chunks of each phase.
    /// </summary>
    /// <param name="season">Length of the season, longer than a chunk; a year is <c>TimeSpan.FromDays(365.2425)</c>.</param>
    /// <param name="alpha">Chance of a false alarm for one chunk of one column.</param>
    /// <exception cref="ArgumentOutOfRangeException">Alpha lies outside (0, 1) or the season is not positive.</exception>
    public static ChunkThreshold BySeason(TimeSpan season, double alpha = 0.05) => season > TimeSpan.Zero
        ? new ChunkThreshold(ChunkThresholdKind.Historical, alpha, season)
        : throw new ArgumentOutOfRangeException(nameof(season), season, "A season is longer than a chunk, for example 7 days for chunks of a day.");

    /// <summary>For example <c>Historical(0.05)</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Kind}({Alpha:0.#####}{(Season is { } season ? $", season of {season.TotalDays:0.####} days" : "")})");
}
