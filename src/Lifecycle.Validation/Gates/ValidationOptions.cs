using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Settings of evaluations.</summary>
public sealed class ValidationOptions
{
    /// <summary>Confidence of gates that the catalog defines, in (0.5, 1); 0.95 by default.</summary>
    public double Confidence { get; set; } = Validation.Confidence.Default;

    /// <summary>Replicates of a bootstrap, at least 100; 2,000 by default.</summary>
    public int Replicates { get; set; } = 2_000;

    /// <summary>Draws for the critical value of group bounds, at least 100; 4,000 by default.</summary>
    public int DisparityDraws { get; set; } = 4_000;

    /// <summary>Seed of everything that is drawn; recorded in the report.</summary>
    public ulong Seed { get; set; } = RandomStream.DefaultSeed;

    /// <summary>From how many rows in the denominator on a group is judged; 10 by default.</summary>
    public int MinimumDenominator { get; set; } = 10;

    /// <summary>Most groups that an analysis may have; 10,000 by default.</summary>
    public int MaxGroups { get; set; } = GroupEncoder.MaximumGroups;

    /// <summary>From which share of its size on a change of a predicted number counts as another decision, above 0; 0.05 by default.</summary>
    public double FlipShare { get; set; } = 0.05;

    /// <summary>Most calls of the model at the same time, at least 1; 1 by default. Results do not depend on it.</summary>
    public int MaxPredictorConcurrency { get; set; } = 1;

    /// <summary>Keys that all rules of a data contract may remember together; 2,000,000 by default (32 MB).</summary>
    public long MaxTrackedKeys { get; set; } = ContractOptions.DefaultMaxTrackedKeys;

    /// <summary>How long one requirement may wait for the model; 10 minutes by default.</summary>
    public TimeSpan RequirementTimeout { get; set; } = TimeSpan.FromMinutes(10);

    internal IEnumerable<string> Problems()
    {
        if (Confidence is not (> 0.5 and < 1))
        {
            yield return $"ValidationOptions.Confidence is {Confidence}; set it between 0.5 and 1, for example 0.95.";
        }

        foreach ((string name, long value, long least) in new (string, long, long)[]
        {
            (nameof(Replicates), Replicates, 100L), (nameof(DisparityDraws), DisparityDraws, 100), (nameof(MinimumDenominator), MinimumDenominator, 1), (nameof(MaxGroups), MaxGroups, 2),
            (nameof(MaxPredictorConcurrency), MaxPredictorConcurrency, 1),
            (nameof(MaxTrackedKeys), MaxTrackedKeys, 1L),
        })
        {
            if (value < least)
            {
                yield return $"ValidationOptions.{name} is {value}; set it to at least {least}.";
            }
        }

        if (!(FlipShare > 0))
        {
            yield return $"ValidationOptions.FlipShare is {FlipShare}; set it above 0, for example 0.05.";
        }

        if (RequirementTimeout <= TimeSpan.Zero)
        {
            yield return $"ValidationOptions.RequirementTimeout is {RequirementTimeout}; set it above zero.";
        }
    }
}
