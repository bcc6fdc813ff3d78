namespace Lifecycle.Serving;

/// <summary>What a shadow made of the copies it got, against the answers that callers saw.</summary>
public sealed record ShadowReport
{
    /// <summary>Copies that ran.</summary>
    public long Runs => Matches + Mismatches + Errors;

    /// <summary>
    /// Answers that were equal: same outputs, shapes and datatypes, numbers within 1e-6 + 1e-4 of the size, everything else exactly. Of a typed call only the
    /// outputs that its type holds are compared.
    /// </summary>
    public long Matches { get; init; }

    /// <summary>Answers that were not.</summary>
    public long Mismatches { get; init; }

    /// <summary>Copies on which the shadow threw or took longer than 30 s.</summary>
    public long Errors { get; init; }

    /// <summary>Copies that were thrown away: the shadow did not keep up, or the types of the call do not hold all inputs, or none of the outputs.</summary>
    public long Dropped { get; init; }

    /// <summary>Largest difference of two numbers; not finite ones that are not the same count as infinitely far apart.</summary>
    public double LargestDifference { get; init; }

    /// <summary>Mean difference of two numbers; NaN when none were compared.</summary>
    public double MeanDifference { get; init; } = double.NaN;

    /// <summary>Share of rows whose largest score is at the same place, over outputs of two and more columns; NaN when there were none.</summary>
    public double ArgMaxAgreement { get; init; } = double.NaN;

    /// <summary>Time of the shadow's runs by that of the same calls, from call to answer; NaN when none ran.</summary>
    public double LatencyRatio { get; init; } = double.NaN;
}
