using Lifecycle.Statistics;

namespace Lifecycle.Drift;

public sealed partial class Bocd
{
    // ln Γ(1 + r/2 + ½) - ln Γ(1 + r/2) for short runs; a series for long ones.
    private static readonly double[] GammaRatios = [.. Enumerable.Range(0, 1024).Select(r => SpecialFunctions.LogGamma(1.5 + r / 2.0) - SpecialFunctions.LogGamma(1 + r / 2.0))];

    private double _priorBeta;

    private void MakeTables() => _priorBeta = PriorScale * PriorScale;

    /// <summary>Probability of an error after run i: Beta(1, 1) prior; the mean array holds the errors.</summary>
    private double OfError(int i, double value)
    {
        double error = (_mean[i] + 1) / (_length[i] + 2);
        return value == 1 ? error : 1 - error;
    }

    /// <summary>Density of a number after run i: Student's t with 2 + r degrees of freedom; prior κ = 1, α = 1, β = scale².</summary>
    private double OfNumber(int i, double value)
    {
        long r = _length[i];
        double kappa = 1 + r, alpha = 1 + r / 2.0, beta = _priorBeta + _spread[i] / 2, deviation = value - _mean[i];
        double width = 2 * beta * (kappa + 1) / kappa;
        double ratio = r < GammaRatios.Length ? GammaRatios[r] : Math.Log(alpha) / 2 - 1 / (8 * alpha) + 1 / (192 * alpha * alpha * alpha);
        return Math.Exp(ratio - (alpha + 0.5) * Math.Log(1 + deviation * deviation / width)) / Math.Sqrt(Math.PI * width);
    }

    private void Learn(int i, double value)
    {
        if (IsBinary)
        {
            _mean[i] += value;
        }
        else
        {
            // κ counts the prior as one value.
            double kappa = 1 + _length[i], deviation = value - _mean[i];
            _spread[i] += kappa * deviation * deviation / (kappa + 1);
            _mean[i] += deviation / (kappa + 1);
        }

        _length[i]++;
    }

    /// <summary>Adds the run of length 0, drops what is negligible, and finds the most probable run.</summary>
    private void Grow(double value, double changed, double total)
    {
        int kept = 0;
        for (int i = 0; i < _kept; i++)
        {
            double mass = _mass[i] / total;
            if (mass >= Negligible)
            {
                (_mass[kept], _mean[kept], _spread[kept], _length[kept]) = (mass, _mean[i], _spread[i], _length[i]);
                Learn(kept++, value);
            }
        }

        kept = kept == Most ? DropLeast() : kept;
        (_mass[kept], _mean[kept], _spread[kept], _length[kept]) = (changed / total, IsBinary ? 0 : PriorMean, 0, 0);
        _kept = kept + 1;
        int best = 0;
        for (int i = 1; i < _kept; i++)
        {
            best = _mass[i] > _mass[best] ? i : best;
        }

        _mostProbable = _length[best];
    }

    /// <summary>Makes room for one run.</summary>
    private int DropLeast()
    {
        int least = 0;
        for (int i = 1; i < Most; i++)
        {
            least = _mass[i] < _mass[least] ? i : least;
        }

        int behind = Most - 1 - least;
        Array.Copy(_mass, least + 1, _mass, least, behind);
        Array.Copy(_mean, least + 1, _mean, least, behind);
        Array.Copy(_spread, least + 1, _spread, least, behind);
        Array.Copy(_length, least + 1, _length, least, behind);
        return Most - 1;
    }
}
