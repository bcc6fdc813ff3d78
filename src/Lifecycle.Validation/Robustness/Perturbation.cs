using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>A way in which inputs may differ from those the model was made for.</summary>
public abstract class Perturbation
{
    private protected Perturbation(string kind, double level)
    {
        Kind = kind;
        Level = level;
    }

    /// <summary>The kind, for example <c>noise</c>.</summary>
    public string Kind { get; }

    /// <summary>How strong; the unit belongs to the kind.</summary>
    public double Level { get; }

    /// <summary>Adds to every number of a mutable feature level × its standard deviation × N(0, 1), then clips and rounds as the feature demands.</summary>
    /// <param name="level">For example 0.05; above 0.</param>
    public static Perturbation Noise(double level) => new NoisePerturbation(level);

    /// <summary>Kind and level.</summary>
    public override string ToString() => $"{Kind} {Level.ToString(CultureInfo.InvariantCulture)}";

    internal abstract string Words { get; }

    internal virtual string? Problem => double.IsFinite(Level) && Level > 0 ? null : $"The level of {Kind} is {Level}; it must be finite and above 0.";

    /// <summary>The changed features; null when there is nothing that may be changed.</summary>
    internal abstract ColumnBatch? Apply(EvaluationSet set, ulong seed);

    internal static Perturbation Named(string kind, double level) => kind == NoisePerturbation.Name
        ? Noise(level)
        : throw new FormatException($"There is no perturbation '{kind}'; this version knows: {NoisePerturbation.Name}.");
}
