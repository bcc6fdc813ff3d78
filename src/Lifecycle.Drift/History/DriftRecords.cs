namespace Lifecycle.Drift;

/// <summary>A reference profile that belongs to a version of a model.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">Label of the version.</param>
/// <param name="Digest">Digest of the profile, which is a blob.</param>
/// <param name="CreatedAt">When it was registered.</param>
/// <param name="Actor">Who registered it.</param>
public sealed record RegisteredReference(string Model, string Version, Digest Digest, DateTimeOffset CreatedAt, string Actor);

/// <summary>A check that was saved.</summary>
/// <param name="Id">Id of the record, 32 hex digits.</param>
/// <param name="Window">Whose rows, and when.</param>
/// <param name="Rows">How many.</param>
/// <param name="Report">Digest of the report's JSON, which is a blob.</param>
/// <param name="HasDrift">Whether a column drifted.</param>
/// <param name="Findings">The columns, those with the largest effect first.</param>
public sealed record WindowRecord(
    string Id, DriftWindow Window, long Rows, Digest Report, bool HasDrift, IReadOnlyList<FindingRecord> Findings);

/// <summary>What was found in a column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="LogPValue">Natural logarithm of the p-value.</param>
/// <param name="LogAdjustedPValue">The same, corrected for the number of columns.</param>
/// <param name="Effect">Which effect decided.</param>
/// <param name="EffectValue">Its value.</param>
public sealed record FindingRecord(
    string Column, DriftVerdict Verdict, double LogPValue, double LogAdjustedPValue, Effect Effect, double EffectValue);

/// <summary>Payload of the event <c>lifecycle.drift.found</c>.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">Label of the version.</param>
/// <param name="Monitor">Name of the monitor.</param>
/// <param name="Window">Id of the saved window.</param>
/// <param name="Report">Digest of the report.</param>
/// <param name="Rows">Rows of the window.</param>
/// <param name="Columns">The columns that drifted, worst first.</param>
public sealed record DriftFound(string Model, string Version, string Monitor, string Window, string Report, long Rows, IReadOnlyList<string> Columns);

/// <summary>Payload of the event <c>lifecycle.drift.cleared</c>.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">Label of the version.</param>
/// <param name="Monitor">Name of the monitor.</param>
/// <param name="Column">The column whose alert was cleared.</param>
/// <param name="Rule">The rule of the alert.</param>
public sealed record DriftCleared(string Model, string Version, string Monitor, string Column, string Rule);

/// <summary>Payload of the event <c>lifecycle.performance.fell</c>.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">Label of the version.</param>
/// <param name="Monitor">Name of the monitor.</param>
/// <param name="Metric">Name of the metric.</param>
/// <param name="By"><c>estimate</c> or <c>labels</c>.</param>
/// <param name="Value">Its value in the window.</param>
/// <param name="Limit">What it fell below.</param>
/// <param name="Reference">Its value on the reference; null when it is not defined there.</param>
/// <param name="Rows">Predictions of the window.</param>
/// <param name="Labelled">Those with a label.</param>
/// <param name="Start">When the window opened.</param>
/// <param name="End">When it closed.</param>
/// <param name="Summary">One line for a person.</param>
public sealed record PerformanceFell(
    string Model, string Version, string Monitor, string Metric, string By, double Value, double Limit, double? Reference, int Rows, int Labelled,
    DateTimeOffset Start, DateTimeOffset End, string Summary);
