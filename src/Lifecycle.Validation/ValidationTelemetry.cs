using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Lifecycle.Validation;

/// <summary>The activity source and the meter of this package.</summary>
internal static class ValidationTelemetry
{
    public const string Name = "Lifecycle.Validation";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Gates = Meter.CreateCounter<long>("lifecycle.validation.gate.count", "{gate}", "Gates evaluated, by name and verdict.");

    public static readonly Histogram<double> GateDuration =
        Meter.CreateHistogram<double>("lifecycle.validation.gate.duration", "s", "Time to evaluate a gate, by name and verdict.");

    public static readonly Counter<long> AttackQueries =
        Meter.CreateCounter<long>("lifecycle.validation.attack.queries", "{query}", "Rows that attacks asked models about.");

    public static readonly Histogram<double> PredictionDuration =
        Meter.CreateHistogram<double>("lifecycle.validation.prediction.duration", "s", "Time of one call of the model that is tried.");

    public static readonly Counter<long> ContractRows =
        Meter.CreateCounter<long>("lifecycle.validation.contract.rows", "{row}", "Rows checked against a data contract, by its name.");

    public static readonly Counter<long> ContractViolations =
        Meter.CreateCounter<long>("lifecycle.validation.contract.violations", "{violation}", "Rows that broke an expectation, once for each, by the name of the contract.");
}
