namespace Lifecycle.Statistics;

/// <summary>
/// Two samples side by side. The walk through both happens at the first question, each p-value when it is asked for. Disposing gives
/// the memory of samples that the comparison itself sorted back for the next one; without it the memory is collected as any other.
/// Answers given before stay valid.
/// </summary>
public sealed class TwoSampleComparison : IDisposable
{
    private readonly SortedSample _first, _second;
    private readonly bool _owned, _parallel;
    private readonly Lock _gate = new();
    private MergeTotals _totals;
    private volatile bool _walked;
    private bool _disposed;
    private TestResult? _kolmogorovSmirnov, _cramerVonMises, _andersonDarling, _mannWhitney, _brunnerMunzel, _kuiper;

    internal TwoSampleComparison(SortedSample first, SortedSample second, bool owned, bool parallel = false)
    {
        (_first, _second, _owned, _parallel) = (first, second, owned, parallel);
    }

    /// <summary>The first sample, sorted.</summary>
    public SortedSample First => Alive(_first);

    /// <summary>The second sample, sorted.</summary>
    public SortedSample Second => Alive(_second);

    /// <summary>Two-sided Kolmogorov-Smirnov test, exact up to 10,000 values a sample.</summary>
    public TestResult KolmogorovSmirnov => _kolmogorovSmirnov ??= Statistics.KolmogorovSmirnov.Judge(
        N, M, Totals.Above, Totals.Below, Alternative.TwoSided, PValueMethod.Automatic, []);

    /// <summary>Cramér-von Mises test, exact up to 20 values a sample.</summary>
    public TestResult CramerVonMises => _cramerVonMises ??= Statistics.CramerVonMises.Judge(
        Totals, N, M, PValueMethod.Automatic, TieRule.Ignore, []);

    /// <summary>Anderson-Darling test with the limit law.</summary>
    public TestResult AndersonDarling =>
        _andersonDarling ??= Statistics.AndersonDarling.Judge(Totals, N, M, PValueMethod.Automatic);

    /// <summary>Two-sided Mann-Whitney test.</summary>
    public TestResult MannWhitney => _mannWhitney ??= Statistics.MannWhitney.Judge(
        Totals, N, M, Alternative.TwoSided, PValueMethod.Automatic);

    /// <summary>Two-sided Brunner-Munzel test.</summary>
    public TestResult BrunnerMunzel => _brunnerMunzel ??= Statistics.BrunnerMunzel.Judge(Totals, N, M, Alternative.TwoSided);

    /// <summary>Kuiper's test.</summary>
    public TestResult Kuiper => _kuiper ??= Statistics.Kuiper.Judge(Totals.Above, Totals.Below, N, M);

    /// <summary>Wasserstein-1 distance, in the unit of the values.</summary>
    public double Wasserstein => Totals.Distance;

    /// <summary>Energy distance √(2 ∫ (F - G)²), in the root of the unit of the values (scipy's form).</summary>
    public double Energy => Totals.Energy;

    /// <summary>The chance that a value of the second sample exceeds one of the first, ties counting one half: 1 - U₁/(nm).</summary>
    public double ProbabilityOfGreater => 1 - 0.5 * Totals.TwiceU / ((double)N * M);

    private long N => _first.Count;

    private long M => _second.Count;

    private ref readonly MergeTotals Totals
    {
        get
        {
            if (!_walked)
            {
                lock (_gate)
                {
                    SamplePair pair = new(First, Second);
                    _totals = _walked ? _totals : _parallel ? pair.WalkInParallel() : pair.Walk();
                    _walked = true;
                }
            }

            return ref _totals;
        }
    }

    /// <summary>Gives the memory of samples that the comparison sorted itself back.</summary>
    public void Dispose()
    {
        _disposed = true;
        if (_owned)
        {
            _first.Release();
            _second.Release();
        }
    }

    private SortedSample Alive(SortedSample sample)
    {
        ObjectDisposedException.ThrowIf(_disposed && _owned, this);
        return sample;
    }
}
