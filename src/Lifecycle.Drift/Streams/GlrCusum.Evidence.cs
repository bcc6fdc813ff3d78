using System.Numerics;

namespace Lifecycle.Drift;

public sealed partial class GlrCusum
{
    private const double Tie = 1e-8;
    private const double Rounding = 1e-9;

    // 1/n for n = 1.. and, for errors, n ln n and what only depends on n.
    private double[] _inverse = [], _entropy = [], _ofSize = [];
    private double _ofError, _ofOne, _ofZero, _mostUp, _mostDown;

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

            (_ofOne, _ofZero) = (-Math.Log(rate), -Math.Log(1 - rate));
            _ofError = _ofOne - _ofZero;
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

    /// <summary>
    /// max n KL(S/n, rate) over the errors S among the latest n values, by a table of n ln n, where it may be above the level; negative
    /// infinity elsewhere. An error adds at most -ln(rate) to the evidence of a rise and none to that of a fall, a zero at most
    /// -ln(1 - rate) to that of a fall, so most values need no look at the window.
    /// </summary>
    private double OfErrors(ReadOnlySpan<double> past, double value, double level)
    {
        if (value == 1)
        {
            _mostUp += _ofOne;
        }
        else
        {
            _mostDown += _ofZero;
        }

        bool up = Direction != ChangeDirection.Down, down = Direction != ChangeDirection.Up;
        if (!((up && _mostUp + Tie > level) || (down && _mostDown + Tie > level)))
        {
            return double.NegativeInfinity;
        }

        double rise = 0, fall = 0, rate = _baseline.Mean, total = _total;
        double[] entropy = _entropy, ofSize = _ofSize;
        for (int i = 0; i < past.Length; i++)
        {
            int errors = (int)(total - past[i]), n = i + 1;
            double evidence = entropy[errors] + entropy[n - errors] + ofSize[i] + errors * _ofError;
            if (errors > n * rate)
            {
                rise = Math.Max(rise, evidence);
            }
            else
            {
                fall = Math.Max(fall, evidence);
            }
        }

        (_mostUp, _mostDown) = (rise + Rounding, fall + Rounding);
        return Math.Max(up ? rise : 0, down ? fall : 0) + Tie * ErrorsBefore(past);
    }

    /// <summary>
    /// From 0 to 1: the errors in the window, older ones counting less. Orders equal evidence, of which zeros and ones have much (three
    /// errors in a row are always worth the same), so that a threshold can lie between.
    /// </summary>
    private double ErrorsBefore(ReadOnlySpan<double> past)
    {
        double sum = 0;
        foreach (double before in past)
        {
            sum += _total - before;
        }

        return sum / ((double)Window * Window);
    }
}
