using System.Globalization;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>How a stream behaves while nothing changes: what run lengths are chosen for. Immutable.</summary>
public sealed class StreamLaw
{
    /// <summary>Length of the blocks in which a sample is drawn again.</summary>
    public const int Block = 50;

    /// <summary>Fewest values of a sample.</summary>
    public const int FewestValues = 500;

    // A deviation of fewer units in the last place of the mean is told by rounding rather than by the law.
    private const double FewestUnits = 128;

    // A detector takes values of up to 1e100 in size; nearly all normal values lie within so many deviations.
    private const double Reach = 10;

    private readonly double[]? _sample;
    private readonly ulong _below;
    private readonly bool _isOfShares, _isConstant;

    private StreamLaw(double mean, double standardDeviation, double? errorRate, double[]? sample)
    {
        (Mean, StandardDeviation, ErrorRate, _sample) = (mean, standardDeviation, errorRate, sample);
        IsBinary = errorRate is not null || (sample is not null && Array.TrueForAll(sample, v => v is 0 or 1));
        _isOfShares = IsBinary || (sample is not null && Array.TrueForAll(sample, v => v is >= 0 and <= 1));
        _isConstant = sample is not null && Array.TrueForAll(sample, v => v == sample[0]);
        _below = errorRate is { } rate ? (ulong)(rate * (1UL << 53)) << 11 : 0;
    }

    /// <summary>Mean of a value.</summary>
    public double Mean { get; }

    /// <summary>Standard deviation of a value.</summary>
    public double StandardDeviation { get; }

    /// <summary>Share of ones in a stream of independent zeros and ones; null for other laws.</summary>
    public double? ErrorRate { get; }

    /// <summary>Whether values are independent and normal.</summary>
    public bool IsGaussian => ErrorRate is null && _sample is null;

    /// <summary>Whether values are zeros and ones.</summary>
    public bool IsBinary { get; }

    /// <summary>Independent zeros and ones.</summary>
    /// <param name="rate">Share of ones, in (0, 1).</param>
    /// <returns>The law.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate lies outside (0, 1).</exception>
    public static StreamLaw Errors(double rate) => rate is > 0 and < 1
        ? new StreamLaw(rate, Math.Sqrt(rate * (1 - rate)), rate, null)
        : throw new ArgumentOutOfRangeException(nameof(rate), rate, "An error rate lies between 0 and 1, for example 0.05.");

    /// <summary>Independent normal values.</summary>
    /// <param name="mean">Mean, finite.</param>
    /// <param name="standardDeviation">Standard deviation, positive and finite, at least 1e-100 and 3e-14 of the size of the mean; values are at
    /// most 1e100 in size.</param>
    /// <returns>The law.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside its range.</exception>
    public static StreamLaw Gaussian(double mean, double standardDeviation)
    {
        if (!double.IsFinite(mean))
        {
            throw new ArgumentOutOfRangeException(nameof(mean), mean, "A mean is a finite number, for example 0.");
        }

        if (!(standardDeviation > 0 && double.IsFinite(standardDeviation)))
        {
            throw new ArgumentOutOfRangeException(nameof(standardDeviation), standardDeviation, "A standard deviation is positive and finite, for example 1.");
        }

        double size = Math.Abs(mean), least = Math.Max(1 / StreamDetector.Greatest, FewestUnits * (Math.BitIncrement(size) - size));
        if (size + Reach * standardDeviation > StreamDetector.Greatest)
        {
            throw new ArgumentOutOfRangeException(
                nameof(standardDeviation), standardDeviation, string.Create(
                    CultureInfo.InvariantCulture,
                    $"Detectors take values of at most 1e100 in size, and normal values of mean {mean} and standard deviation {standardDeviation} are larger; divide the values, for example by {Math.Max(size, standardDeviation)}."));
        }

        return standardDeviation >= least
            ? new StreamLaw(mean, standardDeviation, null, null)
            : throw new ArgumentOutOfRangeException(nameof(standardDeviation), standardDeviation, string.Create(
                CultureInfo.InvariantCulture,
                $"At a mean of {mean} a standard deviation below {least:G3} is lost in rounding; {(size > 1e-80 ? "subtract the mean from the values first, and name a mean of 0" : "multiply the values, for example by 1e100, first")}."));
    }

    /// <summary>Values like those of a sample: blocks of 50 neighbours, each starting anywhere (moving block bootstrap, Künsch
    /// 1989).</summary>
    /// <param name="values">Finite values in the order in which they came, at least 500, at most 1e100 in size.</param>
    /// <returns>The law; the values are copied.</returns>
    /// <exception cref="ArgumentException">There are too few values, one is not finite or too large, or they differ by less than
    /// 1e-100.</exception>
    public static StreamLaw FromSample(ReadOnlySpan<double> values)
    {
        if (values.Length < FewestValues)
        {
            throw new ArgumentException($"A run length from a sample needs at least {FewestValues} values and got {values.Length}; name a rate or a mean instead.", nameof(values));
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Value {i} of the sample is {values[i]}; take out what is not finite first."), nameof(values));
            }

            if (Math.Abs(values[i]) > StreamDetector.Greatest)
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture, $"Value {i} of the sample is {values[i]}, and detectors take values of at most 1e100 in size; divide the values first."), nameof(values));
            }
        }

        Moments moments = Moments.Of(values);
        if (Math.Sqrt(moments.Variance) < 1 / StreamDetector.Greatest && values.ContainsAnyExcept(values[0]))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"The values of the sample have a standard deviation of {Math.Sqrt(moments.Variance)}, and at least 1e-100 is needed; multiply the values first."), nameof(values));
        }

        return new StreamLaw(moments.Mean, Math.Sqrt(moments.Variance), null, values.ToArray());
    }

    /// <summary>For example <c>Errors(0.05)</c>.</summary>
    public override string ToString() => ErrorRate is { } rate
        ? string.Create(CultureInfo.InvariantCulture, $"Errors({rate})")
        : string.Create(CultureInfo.InvariantCulture, $"{(IsGaussian ? "Gaussian" : "Sample")}({Mean:G6}, {StandardDeviation:G6})");

    internal void Require(ValueDomain domain, string detector)
    {
        if (domain == ValueDomain.Binary && !IsBinary)
        {
            throw new ArgumentException($"{detector} takes errors, 0 and 1; {this} has other values. Use ForRunLength(target, errorRate), or a detector of numbers such as PageHinkley.");
        }

        if (domain == ValueDomain.UnitInterval && !_isOfShares)
        {
            throw new ArgumentException($"{detector} takes values from 0 to 1; {this} has others. Use ForRunLength(target, errorRate), or a detector of numbers such as PageHinkley.");
        }
    }

    /// <summary>Refuses a sample of one value, again and again: no threshold makes a false alarm on it.</summary>
    internal void RequireVaried(string detector)
    {
        if (_isConstant)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"The sample is constant, so {detector} has no false alarms to choose a threshold by: all {_sample!.Length:#,0} values are {_sample[0]}. Take a longer stretch, in which values differ, or name an error rate, or a mean and a standard deviation."));
        }
    }

    /// <summary>The source of one simulated stream.</summary>
    internal Source Open(ulong seed, ulong index) => new(this, new RandomStream(seed, index));

    internal sealed class Source(StreamLaw law, RandomStream random)
    {
        private int _from, _left;

        /// <summary>Fills the span with the next values.</summary>
        public void Fill(Span<double> values)
        {
            if (law.ErrorRate is not null)
            {
                ulong below = law._below;
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = random.NextUInt64() < below ? 1 : 0;
                }
            }
            else if (law._sample is { } sample)
            {
                for (int i = 0; i < values.Length; i++)
                {
                    if (_left == 0)
                    {
                        (_from, _left) = (random.NextBelow(sample.Length - Block + 1), Block);
                    }

                    values[i] = sample[_from++];
                    _left--;
                }
            }
            else
            {
                (double mean, double deviation) = (law.Mean, law.StandardDeviation);
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = mean + deviation * random.NextGaussian();
                }
            }
        }
    }
}
