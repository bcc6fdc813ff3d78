namespace Lifecycle.Validation;

/// <summary>
/// What a model is for, stated before it is judged: who owns the decision, what each outcome is worth, what it is compared with. Immutable:
/// every verb returns a new one.
/// </summary>
public sealed partial class BusinessObjective
{
    private BusinessObjective(ObjectiveStatement stated, CostMatrix? values)
    {
        Stated = stated;
        Values = values;
    }

    /// <summary>Everything that was stated.</summary>
    public ObjectiveStatement Stated { get; }

    /// <summary>What outcomes are worth; null until <see cref="Value"/> was called.</summary>
    public CostMatrix? Values { get; }

    /// <summary>Starts an objective.</summary>
    /// <param name="statement">What is to be reached, in a sentence.</param>
    /// <param name="time">The clock that says when it was recorded; the system's by default.</param>
    public static BusinessObjective Named(string statement, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(statement);
        return new BusinessObjective(new ObjectiveStatement { Id = statement, Statement = statement, RecordedAt = (time ?? TimeProvider.System).GetUtcNow() }, null);
    }

    /// <summary>Gives it a name under which other systems know it; the statement by default.</summary>
    public BusinessObjective Id(string id) => With(Stated with { Id = Required(id) });

    /// <summary>Who owns the decision.</summary>
    public BusinessObjective Owner(string owner) => With(Stated with { Owner = Required(owner) });

    /// <summary>Which decision the model supports.</summary>
    public BusinessObjective Decision(string decision) => With(Stated with { DecisionSupported = Required(decision) });

    /// <summary>Which figure of the business it is to move.</summary>
    public BusinessObjective Kpi(KeyFigure figure) => With(Stated with { Kpi = figure ?? throw new ArgumentNullException(nameof(figure)) });

    /// <summary>How much risk the use carries, for example <c>high</c> in the sense of the AI Act.</summary>
    public BusinessObjective RiskTier(string tier) => With(Stated with { RiskTier = Required(tier) });

    /// <summary>Who approved it, and when.</summary>
    public BusinessObjective ApprovedBy(string name, DateTimeOffset at) => With(Stated with { ApprovedBy = Required(name), ApprovedAt = at });

    /// <summary>When it was recorded, for one that was written down before the program ran.</summary>
    public BusinessObjective RecordedAt(DateTimeOffset at) => With(Stated with { RecordedAt = at });

    /// <summary>The least uplift to ask for when a gate says none, in money for 1,000 decisions.</summary>
    public BusinessObjective MinimumUplift(decimal perThousand) => With(Stated with { MinimumUplift = perThousand });

    /// <summary>In what money is counted, for example <c>EUR</c>; reports say it behind amounts.</summary>
    public BusinessObjective In(string unit) => With(Stated with { Unit = Required(unit) });

    /// <summary>What outcomes are worth.</summary>
    public BusinessObjective Value(CostMatrix values) => new(Stated, values ?? throw new ArgumentNullException(nameof(values)));

    /// <summary>What the model is compared with; <see cref="BaselinePolicy.DoNothing"/> by default.</summary>
    public BusinessObjective Against(BaselinePolicy policy) => With(Stated with { Baseline = policy ?? throw new ArgumentNullException(nameof(policy)) });

    /// <summary>The statement.</summary>
    public override string ToString() => Stated.Statement;

    internal CostMatrix Worth => Values
        ?? throw new InvalidOperationException($"The objective '{Stated.Statement}' says not what outcomes are worth; add .Value(CostMatrix.Of(trueNegative, falsePositive, falseNegative, truePositive)).");

    private static string Required(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return text;
    }

    private BusinessObjective With(ObjectiveStatement stated) => new(stated, Values);
}

/// <summary>What was stated about a <see cref="BusinessObjective"/>.</summary>
public sealed record ObjectiveStatement
{
    /// <summary>Name under which other systems know it.</summary>
    public required string Id { get; init; }

    /// <summary>What is to be reached.</summary>
    public required string Statement { get; init; }

    /// <summary>Who owns the decision; null when nobody said.</summary>
    public string? Owner { get; init; }

    /// <summary>Which decision the model supports; null when nobody said.</summary>
    public string? DecisionSupported { get; init; }

    /// <summary>What the model is compared with.</summary>
    public BaselinePolicy Baseline { get; init; } = BaselinePolicy.DoNothing;

    /// <summary>Which figure of the business it is to move; null when nobody said.</summary>
    public KeyFigure? Kpi { get; init; }

    /// <summary>In what money is counted; null when nobody said.</summary>
    public string? Unit { get; init; }

    /// <summary>The least uplift to ask for, in money for 1,000 decisions; null when nobody said.</summary>
    public decimal? MinimumUplift { get; init; }

    /// <summary>How much risk the use carries; null when nobody said.</summary>
    public string? RiskTier { get; init; }

    /// <summary>Who approved it; null when nobody did.</summary>
    public string? ApprovedBy { get; init; }

    /// <summary>When it was approved.</summary>
    public DateTimeOffset? ApprovedAt { get; init; }

    /// <summary>When it was recorded; a gate refuses one that is recorded after its evaluation began.</summary>
    public required DateTimeOffset RecordedAt { get; init; }
}

/// <summary>A figure of the business.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Unit">In what it is measured.</param>
/// <param name="Direction">Which way is better.</param>
/// <param name="Target">What is to be reached; null when nobody said.</param>
/// <param name="Deadline">By when; null when nobody said.</param>
public sealed record KeyFigure(string Name, string Unit, Direction Direction, decimal? Target = null, DateOnly? Deadline = null);
