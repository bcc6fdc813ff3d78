using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>A figure, or the reason why there is none. Never NaN, never a number in place of a missing one.</summary>
public readonly record struct MetricValue
{
    private readonly double _value;
    private readonly UndefinedReason _reason;

    private MetricValue(bool isDefined, double value, UndefinedReason reason, double? numerator, double? denominator)
    {
        IsDefined = isDefined;
        _value = value;
        _reason = reason;
        Numerator = numerator;
        Denominator = denominator;
    }

    /// <summary>Whether there is a value.</summary>
    public bool IsDefined { get; }

    /// <summary>The value; finite.</summary>
    /// <exception cref="UndefinedMetricException">There is none; the message says why.</exception>
    public double Value => IsDefined ? _value : throw new UndefinedMetricException(_reason);

    /// <summary>Why there is no value; null when there is one.</summary>
    public UndefinedReason? Reason => IsDefined ? null : _reason;

    /// <summary>What was counted, where the figure is a quotient.</summary>
    public double? Numerator { get; }

    /// <summary>Out of how much, where the figure is a quotient.</summary>
    public double? Denominator { get; }

    /// <summary>A value; NaN and infinity become <see cref="UndefinedReason.NonFinite"/>.</summary>
    public static MetricValue Of(double value) => double.IsFinite(value) ? new(true, value, default, null, null) : Undefined(UndefinedReason.NonFinite);

    /// <summary>A quotient; a denominator of 0 gives the reason instead.</summary>
    /// <param name="numerator">What was counted.</param>
    /// <param name="denominator">Out of how much.</param>
    /// <param name="reason">What a denominator of 0 means.</param>
    public static MetricValue Quotient(double numerator, double denominator, UndefinedReason reason)
    {
        double value = numerator / denominator;
        return denominator == 0 || !double.IsFinite(value)
            ? new(false, 0, denominator == 0 ? reason : UndefinedReason.NonFinite, numerator, denominator)
            : new(true, value, default, numerator, denominator);
    }

    /// <summary>No value, and why.</summary>
    public static MetricValue Undefined(UndefinedReason reason) => new(false, 0, reason, null, null);

    /// <summary>The value, or another one when there is none.</summary>
    public double Or(double other) => IsDefined ? _value : other;

    /// <summary>The value in shortest form, or <c>undefined (reason)</c>.</summary>
    public override string ToString() => IsDefined ? _value.ToString(CultureInfo.InvariantCulture) : $"undefined ({_reason})";
}

/// <summary>The value of an undefined figure was asked for.</summary>
public sealed class UndefinedMetricException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    public UndefinedMetricException(UndefinedReason reason)
        : base($"The figure is undefined ({reason}). Ask IsDefined first, or read Reason.") => Reason = reason;

    /// <summary>Why there is no value.</summary>
    public UndefinedReason Reason { get; }
}
