using System.Collections.Immutable;

namespace Lifecycle.Drift;

/// <summary>
/// NannyML's univariate drift as a policy: a method for numbers and one for labels, and limits of mean + 3 standard deviations of the reference's
/// chunks. Immutable.
/// </summary>
/// <remarks>
/// In a check the new data is one chunk; the reference's chunks need its rows in order, so that limits come from <see cref="DriftCheck"/> of two tables or from a
/// profile with <see cref="ColumnSelection.KeepValues"/>. A constant limit and chi2 need no chunks.
/// </remarks>
public sealed record NannyMLPreset
{
    private const double DefaultDeviations = 3;
    private const int DefaultEstimateFrom = 10_000;

    private ImmutableDictionary<string, NannyMLMethod> Columns { get; init; } = ImmutableDictionary.Create<string, NannyMLMethod>(StringComparer.Ordinal);

    private ImmutableDictionary<NannyMLMethod, double> Limits { get; init; } = ImmutableDictionary<NannyMLMethod, double>.Empty;

    internal IEnumerable<string> NamedColumns => Columns.Keys;

    private NannyMLMethod Numbers { get; init; }

    private NannyMLMethod Labels { get; init; }

    /// <summary>Whether scores and limits have NannyML's defects.</summary>
    public Defects Defects { get; init => field = EnumValue.Require(value, "Defects.AsIs"); }

    /// <summary>How many standard deviations a limit lies above the mean of the reference's chunks; above 0. NannyML's <c>StandardDeviationThreshold</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0 or not finite.</exception>
    public double StandardDeviations
    {
        get;
        init => field = value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A limit lies a number of standard deviations above the mean, for example 3.");
    } = DefaultDeviations;

    /// <summary>Values of a reference from which on Kolmogorov-Smirnov and Wasserstein are estimated on 10,000 bins; <see cref="int.MaxValue"/> for never.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int EstimateFrom
    {
        get;
        init => field = value > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The size from which distances are estimated is at least 1, for example 10000.");
    } = DefaultEstimateFrom;

    /// <summary>The method of numeric columns. NannyML's <c>continuous_methods</c>.</summary>
    /// <exception cref="ArgumentException">The method is for labels.</exception>
    public NannyMLPreset Continuous(NannyMLMethod method) => method is NannyMLMethod.LInfinity or NannyMLMethod.ChiSquare
        ? throw new ArgumentException($"{NameOf(method)} is for labels.", nameof(method))
        : this with { Numbers = Known(method) };

    /// <summary>The method of columns of labels. NannyML's <c>categorical_methods</c>.</summary>
    /// <exception cref="ArgumentException">The method is for numbers.</exception>
    public NannyMLPreset Categorical(NannyMLMethod method) => method is NannyMLMethod.KolmogorovSmirnov or NannyMLMethod.Wasserstein
        ? throw new ArgumentException($"{NameOf(method)} is for numbers.", nameof(method))
        : this with { Labels = Known(method) };

    /// <summary>The method of one column; the others keep theirs.</summary>
    public NannyMLPreset ColumnMethod(string column, NannyMLMethod method)
    {
        ArgumentException.ThrowIfNullOrEmpty(column);
        return this with { Columns = Columns.SetItem(column, Known(method)) };
    }

    /// <summary>A constant limit for a method. NannyML's <c>ConstantThreshold(upper=...)</c>; chi2 has none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative or not a number.</exception>
    public NannyMLPreset Limit(NannyMLMethod method, double upper)
    {
        _ = NameOf(method);
        return upper >= 0 && double.IsFinite(upper)
            ? this with { Limits = Limits.SetItem(method, upper) }
            : throw new ArgumentOutOfRangeException(nameof(upper), upper, "A limit is a number from 0 on, for example 0.1.");
    }

    /// <summary>The preset as a policy.</summary>
    public DriftPolicy ToDriftPolicy() => new() { Correction = DriftCorrection.None, Rule = new NannyMLRule(this) };

    /// <summary>The preset as a policy.</summary>
    public static implicit operator DriftPolicy(NannyMLPreset preset)
    {
        ArgumentNullException.ThrowIfNull(preset);
        return preset.ToDriftPolicy();
    }

    internal NannyMLMethod Of(string column, bool isNumeric) => Columns.TryGetValue(column, out NannyMLMethod own) ? own : isNumeric ? Numbers : Labels;

    internal double? LimitOf(NannyMLMethod method) => Limits.TryGetValue(method, out double limit) ? limit : null;

    private static NannyMLMethod Known(NannyMLMethod method)
    {
        _ = NameOf(method);
        return method;
    }

    internal static string NameOf(NannyMLMethod method) => method switch
    {
        NannyMLMethod.JensenShannon => "jensen_shannon",
        NannyMLMethod.Hellinger => "hellinger",
        NannyMLMethod.KolmogorovSmirnov => "kolmogorov_smirnov",
        NannyMLMethod.Wasserstein => "wasserstein",
        NannyMLMethod.LInfinity => "l_infinity",
        NannyMLMethod.ChiSquare => "chi2",
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "A method of the enumeration, for example NannyMLMethod.JensenShannon."),
    };
}
