using System.Globalization;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>How scores become probabilities.</summary>
public enum CalibrationMethod
{
    /// <summary>
    /// Isotonic when it lowers the expected calibration error on rows it was not fitted to (10 stratified splits, 10 % held out, 10 bins of equal count),
    /// else none. None also when the AUC is above .999 or there is only one class.
    /// </summary>
    Auto,

    /// <summary>A rising function by pooling adjacent violators.</summary>
    Isotonic,

    /// <summary>A logistic function of the score.</summary>
    Platt,

    /// <summary>One temperature on the log-odds.</summary>
    Temperature,

    /// <summary>Scores are taken as the probabilities they say they are.</summary>
    None,
}

/// <summary>How well the reference's scores are calibrated, measured on rows that the calibration was not fitted to.</summary>
/// <param name="Method">What is used; never <see cref="CalibrationMethod.Auto"/>.</param>
/// <param name="Raw">Calibration error of the scores as they are, 10 bins of equal count.</param>
/// <param name="Calibrated">The same after calibration.</param>
/// <param name="Brier">Mean squared error of the calibrated probabilities, with Spiegelhalter's z.</param>
/// <param name="BrierInterval">95 % bootstrap interval of the mean squared error.</param>
public sealed record CalibrationSummary(
    CalibrationMethod Method, CalibrationError Raw, CalibrationError Calibrated, BrierScore Brier, Interval BrierInterval)
{
    /// <summary>One line for a person.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Method}: ECE {Calibrated.Expected:0.0000} (raw {Raw.Expected:0.0000}), MCE {Calibrated.Maximum:0.0000}, Brier {Brier.Value:0.0000} [{BrierInterval.Lower:0.0000}, {BrierInterval.Upper:0.0000}], z {Brier.Z:0.00}");
}
