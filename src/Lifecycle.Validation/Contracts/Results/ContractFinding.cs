namespace Lifecycle.Validation;

/// <summary>What one expectation found.</summary>
public sealed record ContractFinding
{
    /// <summary>Its kind, for example <c>between</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The columns it looked at; empty for the table or whole records.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The expectation in short, for example <c>Income between 0 and 1000</c>.</summary>
    public required string Expectation { get; init; }

    /// <summary>What it means for the contract when it is broken.</summary>
    public Severity Severity { get; init; }

    /// <summary>Pass, fail, inconclusive, or skipped because it belongs to another stage.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Rows that were judged.</summary>
    public long Evaluated { get; init; }

    /// <summary>Rows that broke it.</summary>
    public long Unexpected { get; init; }

    /// <summary>Share of the judged rows that broke it; null when none was judged.</summary>
    public double? Share => Evaluated > 0 ? (double)Unexpected / Evaluated : null;

    /// <summary>The figure of an expectation about one, for example a mean; or, when nothing could be judged, why.</summary>
    public MetricValue? Value { get; init; }

    /// <summary>Least value the figure may have; differs from it only where it comes from a sketch.</summary>
    public double? Lower { get; init; }

    /// <summary>Greatest value the figure may have.</summary>
    public double? Upper { get; init; }

    /// <summary>Numbers of the first 100 rows that broke it, counted from 0.</summary>
    public IReadOnlyList<long> Rows { get; init; } = [];

    /// <summary>The cells of these rows; only with <see cref="ContractOptions.KeepValues"/>.</summary>
    public IReadOnlyList<string?> Values { get; init; } = [];

    /// <summary>The first row for which code of the user threw; null when none did.</summary>
    public long? ErrorRow { get; init; }

    /// <summary>What it means, in words.</summary>
    public required string Message { get; init; }

    /// <summary>Whether the contract is broken by it.</summary>
    public bool BreaksContract => Severity == Severity.Error && Verdict == Verdict.Fail;
}
