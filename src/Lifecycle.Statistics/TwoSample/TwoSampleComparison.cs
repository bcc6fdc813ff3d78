namespace Lifecycle.Statistics;

/// <summary>Two samples side by side. The walk through both happens at the first question, each p-value when it is asked for.</summary>
public sealed class TwoSampleComparison
{
    private readonly Lazy<MergeTotals> _totals;
    private TestResult? _kolmogorovSmirnov, _andersonDarling, _mannWhitney;

    internal TwoSampleComparison(SortedSample first, SortedSample second)
    {
        (First, Second) = (first, second);
        _totals = new Lazy<MergeTotals>(() => SampleMerge.Walk(first, second));
    }

    /// <summary>The first sample, sorted.</summary>
    public SortedSample First { get; }

    /// <summary>The second sample, sorted.</summary>
    public SortedSample Second { get; }

    /// <summary>Two-sided Kolmogorov-Smirnov test, exact up to 10,000 values a sample.</summary>
    public TestResult KolmogorovSmirnov => _kolmogorovSmirnov ??= Statistics.KolmogorovSmirnov.Judge(
        First, Second, Totals.Above, Totals.Below, Alternative.TwoSided, PValueMethod.Automatic, TieRule.Ignore);

    /// <summary>Anderson-Darling test with the limit law.</summary>
    public TestResult AndersonDarling =>
        _andersonDarling ??= Statistics.AndersonDarling.Judge(Totals, First.Count, Second.Count, PValueMethod.Automatic);

    /// <summary>Two-sided Mann-Whitney test.</summary>
    public TestResult MannWhitney => _mannWhitney ??= Statistics.MannWhitney.Judge(
        Totals, First.Count, Second.Count, Alternative.TwoSided, PValueMethod.Automatic);

    /// <summary>Wasserstein-1 distance, in the unit of the values.</summary>
    public double Wasserstein => Totals.Distance;

    /// <summary>The chance that a value of the second sample exceeds one of the first, ties counting one half: 1 - U₁/(nm).</summary>
    public double ProbabilityOfGreater
    {
        get
        {
            double n = First.Count, u1 = 0.5 * (Totals.TwiceRankSum - n * (n + 1));
            return 1 - u1 / (n * Second.Count);
        }
    }

    private MergeTotals Totals => _totals.Value;
}
