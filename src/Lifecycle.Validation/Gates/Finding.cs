namespace Lifecycle.Validation;

/// <summary>What one requirement found.</summary>
public sealed record Finding
{
    /// <summary>The requirement in short, for example <c>AreaUnderRoc at least 0.8</c>.</summary>
    public required string Requirement { get; init; }

    /// <summary>
    /// Its kind: <c>value</c>, <c>fair</c>, <c>notWorse</c>, <c>better</c>, <c>change</c>, <c>ratioToBaseline</c>, <c>equivalent</c>,
    /// <c>ratchet</c>, <c>robust</c>, <c>withstands</c>, <c>uplift</c>, <c>data</c>, <c>custom</c>, or <c>smallSlices</c> for slices that were not judged.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>Name of the metric or of the fairness metric, as in code; null for requirements without one.</summary>
    public string? Metric { get; init; }

    /// <summary>The slice of rows it was judged on, for example <c>race=Asian</c>; null for all rows.</summary>
    public string? Slice { get; init; }

    /// <summary>What came out.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>What it means, in words for people who do not know the metric.</summary>
    public required string Message { get; init; }

    /// <summary>Whether it only advises: the verdict of the gate does not look at it.</summary>
    public bool IsAdvisory { get; init; }

    /// <summary>The figure, or why there is none; null for requirements without one.</summary>
    public MetricValue? Value { get; init; }

    /// <summary>Lower bound, one-sided at <see cref="Confidence"/>.</summary>
    public double? Lower { get; init; }

    /// <summary>Upper bound, one-sided at <see cref="Confidence"/>.</summary>
    public double? Upper { get; init; }

    /// <summary>The least value asked for.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The greatest value allowed.</summary>
    public double? AtMost { get; init; }

    /// <summary>Confidence of each bound; 0 when plain figures were compared.</summary>
    public double? Confidence { get; init; }

    /// <summary>How the bounds were made.</summary>
    public string? Method { get; init; }

    /// <summary>About how many rows would decide; null when it is decided or rows would not help.</summary>
    public long? NeededRows { get; init; }

    /// <summary>The attributes compared, for requirements of fairness.</summary>
    public IReadOnlyList<string> By { get; init; } = [];

    /// <summary>The widest gaps between groups.</summary>
    public IReadOnlyList<GroupContrast> Contrasts { get; init; } = [];

    /// <summary>Groups that could not be judged.</summary>
    public IReadOnlyList<UnjudgedGroup> NotJudged { get; init; } = [];

    /// <summary>What each perturbation did, for requirements of robustness.</summary>
    public RobustnessReport? Robustness { get; init; }

    /// <summary>What an attack found.</summary>
    public AttackResult? Attack { get; init; }

    /// <summary>What was found about money; null for other requirements.</summary>
    public ValueFinding? Business { get; init; }

    /// <summary>What a data contract found, for requirements about data.</summary>
    public ContractResult? Contract { get; init; }

    /// <summary>Whether trying again may help; only with an error.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Place among findings when the worst come first.</summary>
    internal int Rank => (Verdict, IsAdvisory) switch
    {
        (Verdict.Fail, false) => 0,
        (Verdict.Inconclusive, false) => 1,
        (Verdict.Fail, true) => 2,
        (Verdict.Inconclusive, true) => 3,
        (Verdict.Skipped, _) => 4,
        _ => 5,
    };

    /// <summary>The exit code this finding alone stands for, before <see cref="WhenInconclusive"/>.</summary>
    public int ExitCode => (Verdict, Value is { } value ? value.Reason : null) switch
    {
        (Verdict.Pass or Verdict.Skipped, _) => Lifecycle.ExitCode.Done,
        (Verdict.Inconclusive, _) => Lifecycle.ExitCode.DecisionPending,
        (_, UndefinedReason.Error) => IsTransient ? Lifecycle.ExitCode.Transient : Lifecycle.ExitCode.Usage,
        (_, UndefinedReason.MissingMetric or UndefinedReason.MissingSlice or UndefinedReason.MissingBaseline) => Lifecycle.ExitCode.Missing,
        _ when Kind == DataRequirement.KindName => Lifecycle.ExitCode.ContractBroken,
        _ => Lifecycle.ExitCode.GateFailed,
    };
}
