namespace Lifecycle.Validation;

/// <summary>What happens to rows whose attribute has no value.</summary>
public enum MissingGroup
{
    /// <summary>They are shown and counted in the overall figures, but not judged.</summary>
    Report,

    /// <summary>They are a group like any other.</summary>
    Judge,

    /// <summary>A requirement on the attribute fails when there is one.</summary>
    Fail,

    /// <summary>They are left out, of the overall figures too.</summary>
    Drop,
}

/// <summary>What a gate makes of groups that are too small to be judged.</summary>
public enum SmallGroups
{
    /// <summary>The requirement is at best inconclusive.</summary>
    Inconclusive,

    /// <summary>They are listed with their counts and do not change the verdict.</summary>
    ReportOnly,

    /// <summary>The requirement fails.</summary>
    Fail,
}

/// <summary>Whose conventions figures follow where there is nothing to divide by. For reading and migrating; no gate uses another than the first.</summary>
public enum FairnessCompat
{
    /// <summary>Undefined, with a reason.</summary>
    None,

    /// <summary>Fairlearn: 0/0 is 0, undefined groups are skipped, rows without a group count only overall.</summary>
    Fairlearn,

    /// <summary>AIF360: precision, negative predictive value, false discovery and false omission rates of 0/0 are 0, other quotients of 0/0 NaN (here undefined).</summary>
    Aif360,

    /// <summary>Aequitas: rates of 0/0 are NaN (here undefined), a ratio to a reference of 0 is 10.</summary>
    Aequitas,
}

/// <summary>How groups are formed and read.</summary>
public sealed record GroupOptions
{
    /// <summary>What happens to rows without a group.</summary>
    public MissingGroup Missing { get; init; } = MissingGroup.Report;

    /// <summary>Whose conventions hold.</summary>
    public FairnessCompat Compat { get; init; } = FairnessCompat.None;

    /// <summary>From how many rows in the denominator on a group is judged; at least 1.</summary>
    public int MinimumDenominator { get; init; } = 10;

    /// <summary>Groups with a smaller share of the rows than this are not judged; 0 for none.</summary>
    public double MinimumShare { get; init; }

    /// <summary>Most groups that an analysis may have.</summary>
    public int MaxGroups { get; init; } = GroupEncoder.MaximumGroups;

    /// <summary>Draws for the critical value of group bounds; at least 100.</summary>
    public int Draws { get; init; } = 4_000;

    /// <summary>Seed of these draws.</summary>
    public ulong Seed { get; init; } = Statistics.RandomStream.DefaultSeed;
}
