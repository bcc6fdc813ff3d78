using System.Numerics;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>All runs are moved by one value together, as many at once as a vector holds.</summary>
public sealed partial class Bocd
{
    // A whole number of vectors of any width; masses behind the last run are 0.
    private const int Places = Most + 32;

    // ln Γ(1 + r/2 + ½) - ln Γ(1 + r/2) for short runs; a series for long ones.
    private static readonly double[] GammaRatios = [.. Enumerable.Range(0, 1024).Select(r => SpecialFunctions.LogGamma(1.5 + r / 2.0) - SpecialFunctions.LogGamma(1 + r / 2.0))];

    private static double GammaRatio(double length)
    {
        double alpha = 1 + length / 2;
        return length < GammaRatios.Length ? GammaRatios[(int)length] : Math.Log(alpha) / 2 - 1 / (8 * alpha) + 1 / (192 * alpha * alpha * alpha);
    }

    /// <summary>Multiplies the mass of each run by the probability of the value after it; the sum of the masses.</summary>
    private double Weigh(double value)
    {
        Vector<double> total = Vector<double>.Zero, newest = new(value);
        for (int i = 0; i < _kept; i += Vector<double>.Count)
        {
            Vector<double> length = new(_length, i), mean = new(_mean, i);
            Vector<double> joint = new Vector<double>(_mass, i) * (IsBinary ? OfError(mean, length, value) : OfNumber(newest - mean, new Vector<double>(_spread, i), length, new Vector<double>(_ratio, i)));
            joint.CopyTo(_mass, i);
            total += joint;
        }

        return Vector.Sum(total);
    }

    /// <summary>Probability of an error after a run: Beta(1, 1) prior; the mean array holds the errors.</summary>
    private static Vector<double> OfError(Vector<double> errors, Vector<double> length, double value)
    {
        Vector<double> error = (errors + Vector<double>.One) / (length + new Vector<double>(2.0));
        return value == 1 ? error : Vector<double>.One - error;
    }

    /// <summary>Density of a number after a run: Student's t with 2 + r degrees of freedom; prior κ = 1, α = 1, β = scale².</summary>
    private Vector<double> OfNumber(Vector<double> deviation, Vector<double> spread, Vector<double> length, Vector<double> ratio)
    {
        Vector<double> one = Vector<double>.One, half = new(0.5), kappa = one + length, alpha = one + length * half;
        Vector<double> beta = new Vector<double>(PriorScale * PriorScale) + spread * half, width = beta * (kappa + one) / kappa * 2;
        Vector<double> power = ratio - (alpha + half) * Vector.Log(one + deviation * deviation / width);
        return Vector.Exp(power) / Vector.SquareRoot(width * Math.PI);
    }

    /// <summary>Lets each run take the value and adds the run of length 0, drops what is negligible, and finds the most probable run.</summary>
    private void Grow(double value, double total)
    {
        bool hasNegligible = Learn(value, total);
        int kept = hasNegligible ? DropNegligible() : _kept;
        kept = kept == Most ? DropLeast() : kept;
        (_mass[kept], _mean[kept], _spread[kept], _length[kept], _ratio[kept]) = (Hazard, IsBinary ? 0 : PriorMean, 0, 0, GammaRatios[0]);
        _kept = kept + 1;
        _mass.AsSpan(_kept).Clear();
        Vector<double> most = Vector<double>.Zero;
        for (int i = 0; i < _kept; i += Vector<double>.Count)
        {
            most = Vector.Max(most, new Vector<double>(_mass, i));
        }

        _mostProbable = (long)_length[Array.IndexOf(_mass, Extreme(most, Math.Max))];
    }

    /// <summary>Whether a run is left with a negligible mass.</summary>
    private bool Learn(double value, double total)
    {
        Vector<double> one = Vector<double>.One, newest = new(value), stay = new(1 - Hazard), all = new(total), negligible = new(Negligible);
        bool hasNegligible = false;
        for (int i = 0; i < _kept; i += Vector<double>.Count)
        {
            Vector<double> mass = new Vector<double>(_mass, i) * stay / all, length = new(_length, i), mean = new(_mean, i);
            hasNegligible |= Vector.LessThanAny(mass, negligible);
            mass.CopyTo(_mass, i);
            if (IsBinary)
            {
                (mean + newest).CopyTo(_mean, i);
            }
            else
            {
                // κ counts the prior as one value.
                Vector<double> kappa = one + length, deviation = newest - mean;
                (new Vector<double>(_spread, i) + kappa * deviation * deviation / (kappa + one)).CopyTo(_spread, i);
                (mean + deviation / (kappa + one)).CopyTo(_mean, i);
            }

            (length + one).CopyTo(_length, i);
        }

        if (!IsBinary)
        {
            for (int i = 0; i < _kept; i++)
            {
                _ratio[i] = GammaRatio(_length[i]);
            }
        }

        return hasNegligible;
    }

    private int DropNegligible()
    {
        int kept = 0;
        for (int i = 0; i < _kept; i++)
        {
            if (_mass[i] < Negligible)
            {
                continue;
            }

            if (kept < i)
            {
                (_mass[kept], _mean[kept], _spread[kept], _length[kept], _ratio[kept]) = (_mass[i], _mean[i], _spread[i], _length[i], _ratio[i]);
            }

            kept++;
        }

        return kept;
    }

    /// <summary>Makes room for one run.</summary>
    private int DropLeast()
    {
        Vector<double> fewest = new(_mass, 0);
        for (int i = Vector<double>.Count; i < Most; i += Vector<double>.Count)
        {
            fewest = Vector.Min(fewest, new Vector<double>(_mass, i));
        }

        int least = Array.IndexOf(_mass, Extreme(fewest, Math.Min)), behind = Most - 1 - least;
        foreach (double[] column in (ReadOnlySpan<double[]>)[_mass, _mean, _spread, _length, _ratio])
        {
            Array.Copy(column, least + 1, column, least, behind);
        }

        return Most - 1;
    }

    private static double Extreme(Vector<double> values, Func<double, double, double> of)
    {
        double extreme = values[0];
        for (int i = 1; i < Vector<double>.Count; i++)
        {
            extreme = of(extreme, values[i]);
        }

        return extreme;
    }
}
