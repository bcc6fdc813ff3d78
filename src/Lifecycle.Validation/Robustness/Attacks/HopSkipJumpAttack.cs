using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>
/// HopSkipJump (Chen, Jordan and Wainwright 2020): needs decisions only. From a row with the other decision it walks along the boundary to
/// the nearest point, with a gradient estimated from the decisions of random neighbours. It moves mutable numbers, in units of their
/// standard deviations; all else stays. Iteration t asks about min(100 √t, 10,000) neighbours; bisection ends at .01/√d (Euclidean) or
/// .01/d (largest change), d being the numbers it moves.
/// </summary>
public sealed class HopSkipJumpAttack : Attack
{
    internal const string KindName = "hopSkipJump";

    /// <summary>The budget when nobody says otherwise.</summary>
    public static readonly QueryBudget DefaultBudget = new(25_000);

    /// <summary>Makes the attack.</summary>
    /// <param name="iterations">Steps along the boundary, at least 1.</param>
    /// <param name="norm">What is made small.</param>
    public HopSkipJumpAttack(int iterations = 50, AttackNorm norm = AttackNorm.Euclidean)
        : base(DefaultBudget)
    {
        Iterations = iterations;
        Norm = norm;
    }

    /// <summary>Steps along the boundary.</summary>
    public int Iterations { get; }

    /// <summary>What is made small.</summary>
    public AttackNorm Norm { get; }

    /// <inheritdoc/>
    public override string Kind => KindName;

    internal override string Settings =>
        FormattableString.Invariant($"HopSkipJump of {Iterations} iterations{(Norm == AttackNorm.Largest ? " (largest change)" : "")}");

    internal override IEnumerable<string> Problems()
    {
        foreach (string problem in base.Problems())
        {
            yield return problem;
        }

        if (Iterations < 1)
        {
            yield return $"The attack has {Iterations} iterations; it must have at least 1.";
        }
    }

    internal override Distance Distance(RuleSet rules) => Norm == AttackNorm.Euclidean ? rules.Cost : rules.LargestStep;

    internal override async ValueTask SearchAsync(AttackSearch search, CancellationToken cancellationToken)
    {
        BoundarySearch boundary = new(search, Norm);
        await boundary.StartAsync(cancellationToken).ConfigureAwait(false);
        for (int t = 1; t <= Iterations && boundary.Active.Count > 0; t++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await boundary.StepAsync(t, cancellationToken).ConfigureAwait(false);
        }
    }

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        writer.WriteNumber("iterations", Iterations);
        writer.WriteString("norm", GateJson.Camel(Norm.ToString()));
    }
}
