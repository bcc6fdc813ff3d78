using System.Numerics;

namespace Lifecycle.Drift;

public sealed partial class GlrCusum
{
    // 1/n for n = 1.. and, for errors, n ln n and what only depends on n.
    private double[] _inverse = [], _entropy = [], _ofSize = [];
    private double _ofError;

    private void MakeTables()
    {
        _past = new double[4 * Window];
        if (ErrorRate is { } rate)
        {
            _entropy = new double[Window + 1];
            _ofSize = new double[Window];
            for (int n = 1; n <= Window; n++)
            {
                _entropy[n] = n * Math.Log(n);
                _ofSize[n - 1] = -_entropy[n] - n * Math.Log(1 - rate);
            }

            _ofError = Math.Log(1 - rate) - Math.Log(rate);
            return;
        }

        _inverse = new double[Window];
        for (int n = 1; n <= Window; n++)
        {
            _inverse[n - 1] = 1.0 / n;
        }
    }

    /// <summary>max S²/(2 n sd²) over the sums S of the latest n deviations.</summary>
    private double OfNormal(ReadOnlySpan<double> past)
    {
        double most = 0;
        int i = 0;
        bool up = Direction != ChangeDirection.Down, down = Direction != ChangeDirection.Up;
        Vector<double> total = new(_total), best = Vector<double>.Zero, floor = new(down ? double.NegativeInfinity : 0), ceiling = new(up ? double.PositiveInfinity : 0);
        for (; i + Vector<double>.Count <= past.Length; i += Vector<double>.Count)
        {
            Vector<double> sum = Vector.Min(ceiling, Vector.Max(floor, total - new Vector<double>(past[i..])));
            best = Vector.Max(best, sum * sum * new Vector<double>(_inverse, i));
        }

        for (int lane = 0; lane < Vector<double>.Count; lane++)
        {
            most = Math.Max(most, best[lane]);
        }

        for (; i < past.Length; i++)
        {
            double sum = _total - past[i];
            most = Math.Max(most, (sum > 0 ? up : down) ? sum * sum * _inverse[i] : 0);
        }

        return most / (2 * _baseline.Deviation * _baseline.Deviation);
    }

    /// <summary>max n KL(S/n, rate) over the errors S among the latest n values, by a table of n ln n.</summary>
    private double OfErrors(ReadOnlySpan<double> past)
    {
        double most = 0, rate = _baseline.Mean, total = _total;
        bool up = Direction != ChangeDirection.Down, down = Direction != ChangeDirection.Up;
        double[] entropy = _entropy, ofSize = _ofSize;
        for (int i = 0; i < past.Length; i++)
        {
            int errors = (int)(total - past[i]), n = i + 1;
            double evidence = entropy[errors] + entropy[n - errors] + ofSize[i] + errors * _ofError;
            if (evidence > most && (errors > n * rate ? up : down))
            {
                most = evidence;
            }
        }

        return most;
    }
}
