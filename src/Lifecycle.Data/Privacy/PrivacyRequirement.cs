namespace Lifecycle.Data;

/// <summary>What a derived table must reach, or only how it is measured.</summary>
internal sealed record PrivacyRequirement(
    IReadOnlyList<string> QuasiIdentifiers, string? Sensitive, int K, int L, double T, double SuppressAtMost)
{
    /// <summary>Whether the risk is only measured.</summary>
    public bool IsOnlyMeasured { get; init; }

    /// <summary>Most rounds of suppression; distances move as rows go.</summary>
    public const int MaximumRounds = 10;

    public void Check()
    {
        if (QuasiIdentifiers.Count == 0)
        {
            throw new PrivacyPlanException("A requirement needs at least one quasi-identifier: the columns by which somebody could be recognized, such as age, sex and zip.");
        }

        string? twice = QuasiIdentifiers.GroupBy(c => c, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null)
        {
            throw new PrivacyPlanException($"The column '{twice}' stands twice among the quasi-identifiers.");
        }

        if (Sensitive is not null && QuasiIdentifiers.Contains(Sensitive, StringComparer.Ordinal))
        {
            throw new PrivacyPlanException($"The column '{Sensitive}' cannot be a quasi-identifier and the sensitive column at once.");
        }

        if (IsOnlyMeasured)
        {
            return;
        }

        if (K < 2 || L < 1 || !(T > 0 && T <= 1) || !(SuppressAtMost >= 0 && SuppressAtMost <= 1))
        {
            throw new PrivacyPlanException(FormattableString.Invariant(
                $"A requirement of k {K}, l {L}, t {T}, suppressAtMost {SuppressAtMost} cannot be: k must be 2 or more, l 1 or more, t above 0 and at most 1, suppressAtMost between 0 and 1."));
        }

        if (Sensitive is null && (L > 1 || T < 1))
        {
            throw new PrivacyPlanException("l and t speak of a sensitive column; name it, or require k alone.");
        }
    }
}
