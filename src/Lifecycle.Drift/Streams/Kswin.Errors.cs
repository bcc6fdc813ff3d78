using System.Collections.Concurrent;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// Simulation on zeros and ones. How many ones are drawn from the older part of the window follows a hypergeometric law, and the distance
/// is the difference to the ones among the latest values: one draw from a table instead of one for each value compared.
/// </summary>
public sealed partial class Kswin
{
    private static readonly ConcurrentDictionary<(int Pool, int Drawn), double[][]> DrawnOnesBySize = new();

    private bool _isOfErrors;
    private double[][] _upTo = [];
    private int _olderOnes, _recentOnes;
    private RandomStream? _simulated;

    internal override void Simulate(ulong index) => _simulated = new RandomStream(~Seed, index);

    /// <summary>The score of the next value; for zeros and ones in law, not in each draw, that of <see cref="Advance"/>.</summary>
    internal override double Score(double value)
    {
        if (!_isOfErrors || _simulated is null)
        {
            return base.Score(value);
        }

        Start();
        if (_upTo.Length == 0)
        {
            _upTo = DrawnOnesBySize.GetOrAdd((_pool.Length, Recent), DrawnOnes);
        }

        // The newest value of the older part comes from the latest ones, as the oldest of all leaves.
        int crossing = _at - Recent;
        double leaving = _filled == _ring.Length ? _ring[_at] : 0, older = _ring[crossing < 0 ? crossing + _ring.Length : crossing];
        _ring[_at] = value;
        _at = _at + 1 == _ring.Length ? 0 : _at + 1;
        _filled = Math.Min(_filled + 1, _ring.Length);
        _olderOnes += (int)(older - leaving);
        _recentOnes += (int)(value - older);
        if (_filled < _ring.Length)
        {
            return double.NaN;
        }

        double uniform = _simulated!.NextDouble();
        double[] upTo = _upTo[_olderOnes];
        int ones = (int)((long)_olderOnes * Recent / _pool.Length);
        while (ones < Recent && upTo[ones] <= uniform)
        {
            ones++;
        }

        while (ones > 0 && upTo[ones - 1] > uniform)
        {
            ones--;
        }

        return _scores[Math.Abs(_recentOnes - ones)];
    }

    /// <summary>For each number of ones in a pool, the probabilities that at most 0, 1, ... of the drawn are ones.</summary>
    private static double[][] DrawnOnes((int Pool, int Drawn) size)
    {
        (int pool, int drawn) = size;
        double[][] upTo = new double[pool + 1][];
        double all = LogChoose(pool, drawn);
        for (int ones = 0; ones <= pool; ones++)
        {
            upTo[ones] = new double[drawn + 1];
            double sum = 0;
            for (int k = 0; k <= drawn; k++)
            {
                bool isPossible = k <= ones && drawn - k <= pool - ones;
                sum += isPossible ? Math.Exp(LogChoose(ones, k) + LogChoose(pool - ones, drawn - k) - all) : 0;
                upTo[ones][k] = k == Math.Min(ones, drawn) || k == drawn ? 1 : sum;
            }
        }

        return upTo;
    }

    private static double LogChoose(int n, int k) => SpecialFunctions.LogGamma(n + 1) - SpecialFunctions.LogGamma(k + 1) - SpecialFunctions.LogGamma(n - k + 1);
}
