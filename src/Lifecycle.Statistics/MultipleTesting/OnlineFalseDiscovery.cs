namespace Lifecycle.Statistics;

/// <summary>What an online procedure decided about one p-value.</summary>
/// <param name="Index">Number of the test, from 1.</param>
/// <param name="PValue">The p-value.</param>
/// <param name="Level">The level it was held against.</param>
/// <param name="Rejected">Whether the p-value is at most the level.</param>
public readonly record struct OnlineDecision(long Index, double PValue, double Level, bool Rejected);

/// <summary>
/// Keeps the false discovery rate over an endless sequence of independent tests: each test gets a level that depends on the decisions
/// before it only. Memory and time of a test grow with the number of rejections. Not thread-safe.
/// </summary>
public abstract class OnlineFalseDiscovery
{
    private protected OnlineFalseDiscovery(double level, double wealth)
    {
        ErrorLevel.Require(level);
        if (!(wealth > 0 && wealth <= level))
        {
            throw new ArgumentOutOfRangeException(nameof(wealth), wealth, $"The initial wealth lies in (0, {level}].");
        }

        (Level, InitialWealth) = (level, wealth);
    }

    /// <summary>The false discovery rate α.</summary>
    public double Level { get; }

    /// <summary>The part w₀ of α that is there to be spent before the first rejection.</summary>
    public double InitialWealth { get; }

    /// <summary>Tests so far.</summary>
    public long Tests { get; private set; }

    /// <summary>Rejections so far.</summary>
    public abstract int Rejections { get; }

    /// <summary>The level that the next p-value will be held against.</summary>
    public abstract double NextLevel { get; }

    /// <summary>
    /// LORD++ (Ramdas et al. 2017): α_t = γ_t w₀ + (α - w₀) γ_{t-τ₁} + α Σ_{j≥2} γ_{t-τⱼ} after rejections at τⱼ, with
    /// γ_j = 0.07720838 ln(max(j, 2))/(j e^√(ln j)).
    /// </summary>
    /// <param name="level">The false discovery rate α, in (0, 1).</param>
    /// <param name="wealth">w₀ in (0, α]; by default α/10.</param>
    /// <returns>A procedure at its start.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of range.</exception>
    public static OnlineFalseDiscovery LordPlusPlus(double level = 0.05, double? wealth = null) => new LordProcedure(level, wealth ?? level / 10);

    /// <summary>
    /// SAFFRON (Ramdas et al. 2018), which spends nothing on p-values above λ: α_t = min(λ, (1 - λ)[w₀ γ_{t-C₀} + (α - w₀) γ_{t-τ₁-C₁} +
    /// α Σ_{j≥2} γ_{t-τⱼ-Cⱼ}]), Cⱼ = p-values of at most λ after the j-th rejection and before t, γ_j = 0.4374901658 j^-1.6.
    /// </summary>
    /// <param name="level">The false discovery rate α, in (0, 1).</param>
    /// <param name="candidateLimit">λ, in (0, 1).</param>
    /// <param name="wealth">w₀ in (0, α]; by default α/2.</param>
    /// <returns>A procedure at its start.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of range.</exception>
    public static OnlineFalseDiscovery Saffron(double level = 0.05, double candidateLimit = 0.5, double? wealth = null) =>
        new SaffronProcedure(level, candidateLimit, wealth ?? level / 2);

    /// <summary>Decides about the next p-value.</summary>
    /// <param name="pValue">A p-value in [0, 1].</param>
    /// <returns>The decision.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a probability.</exception>
    public OnlineDecision Test(double pValue)
    {
        Probability.ThrowIfOutside(pValue);
        double level = NextLevel;
        OnlineDecision decision = new(++Tests, pValue, level, pValue <= level);
        Record(pValue, decision.Rejected);
        return decision;
    }

    private protected abstract void Record(double pValue, bool rejected);

    private protected double WealthOf(int rejection) => rejection == 0 ? Level - InitialWealth : Level;
}
