namespace Lifecycle.Statistics;

/// <summary>
/// What one walk through two sorted samples yields. A run is a set of equal pooled values: la and lb copies of the first and second
/// sample, l = la + lb; I and J are the counts of either sample below it.
/// </summary>
internal record struct MergeTotals
{
    /// <summary>max of i m - j n over the pooled values, i and j = counts at or below.</summary>
    public long Above;

    /// <summary>max of j n - i m.</summary>
    public long Below;

    /// <summary>Σ la (2J + lb): twice U of the first sample.</summary>
    public long TwiceU;

    /// <summary>Σ la (2J + lb)².</summary>
    public UInt128 FirstSquares;

    /// <summary>Σ lb (2I + la)².</summary>
    public UInt128 SecondSquares;

    /// <summary>Σ (la³ - la).</summary>
    public UInt128 FirstTies;

    /// <summary>Σ (lb³ - lb).</summary>
    public UInt128 SecondTies;

    /// <summary>Σ (l³ - l).</summary>
    public UInt128 Ties;

    /// <summary>Number of distinct pooled values.</summary>
    public long Distinct;

    /// <summary>A² in the midrank form of Scholz and Stephens.</summary>
    public double AndersonDarling;

    /// <summary>Wasserstein-1 distance, Σ abs(i/n - j/m) Δv.</summary>
    public double Distance;

    /// <summary>Cramér's distance, Σ (i/n - j/m)² Δv.</summary>
    public double SquaredDistance;

    /// <summary>scipy's square-root form of the energy distance.</summary>
    public readonly double Energy => Math.Sqrt(2 * SquaredDistance);

    /// <summary>Adds the whole numbers of a run.</summary>
    /// <param name="i">Values of the first sample below the run.</param>
    /// <param name="j">Values of the second sample below the run.</param>
    /// <param name="la">Copies in the first sample.</param>
    /// <param name="lb">Copies in the second sample.</param>
    public void AddRun(long i, long j, long la, long lb)
    {
        long q = 2 * j + lb, p = 2 * i + la;
        TwiceU += la * q;
        FirstSquares += (UInt128)(ulong)la * (UInt128)(ulong)q * (ulong)q;
        SecondSquares += (UInt128)(ulong)lb * (UInt128)(ulong)p * (ulong)p;
        Distinct++;
        if (la + lb > 1)
        {
            FirstTies += CubeTerm(la);
            SecondTies += CubeTerm(lb);
            Ties += CubeTerm(la + lb);
        }
    }

    /// <summary>l³ - l.</summary>
    private static UInt128 CubeTerm(long l) => (UInt128)(ulong)l * (ulong)l * (ulong)l - (ulong)l;
}
