namespace Lifecycle.Serving;

/// <summary>How the predictions of one model are logged.</summary>
public sealed class InferenceLogOptions
{
    private const int FewestRecords = 16;
    private const int MostRecords = 1 << 20;
    private const long FewestBytes = 1 << 16;
    private const long MostSealBytes = 1L << 30;

    private readonly Dictionary<string, Redaction> _redactions = new(ColumnNames.Comparer);

    /// <summary>Records that wait in memory to be written; when as many wait, the newest is dropped and counted. Each takes 128 bytes from the start. 16 to 1,048,576, 8,192 by default.</summary>
    public int RingRecords { get; set; } = 8_192;

    /// <summary>Bytes of the records that wait in memory; what would be more is dropped and counted. At least 64 KiB, 64 MiB by default.</summary>
    public long RingBytes { get; set; } = 64L << 20;

    /// <summary>Size at which the spool is sealed into the object store. 64 KiB to 1 GiB, 64 MiB by default.</summary>
    public long SealBytes { get; set; } = 64L << 20;

    /// <summary>Age at which the spool is sealed into the object store. At least 1 s, 5 min by default.</summary>
    public TimeSpan SealAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Most bytes of spools on the disk that the object store has not taken yet, for it may be away. No more is written then, and when the memory
    /// is full as well, the newest is dropped and counted. At least <see cref="SealBytes"/>, 1 GiB by default.
    /// </summary>
    public long SpoolBytes { get; set; } = 1L << 30;

    /// <summary>
    /// Hides a column before its values leave the thread of the caller, in the inputs and in the outputs. A fallback names its columns by its own
    /// types: when it lacks a redacted one, its answers are logged without inputs and outputs.
    /// </summary>
    /// <param name="column">Its name in the model; case, <c>_</c>, <c>-</c> and blanks do not matter. A version of which neither the columns nor the types have it is rejected; a member of the types that is no column of the model may be named, and is not logged anyway.</param>
    /// <param name="redaction">What is written instead; a later one for the same column replaces an earlier one.</param>
    public InferenceLogOptions Redact(string column, Redaction redaction)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(column);
        ArgumentNullException.ThrowIfNull(redaction);
        _redactions.Remove(column);
        _redactions.Add(column, redaction);
        return this;
    }

    internal IReadOnlyDictionary<string, Redaction> Redactions => _redactions;

    /// <summary>Checks that every redacted column is one of the model: a misspelt one would be logged in the clear.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="signature">Its columns.</param>
    /// <param name="others">Members of its types that are no column, and so are never logged.</param>
    /// <exception cref="LifecycleException">One is not.</exception>
    internal void Check(string model, TensorSignature signature, IReadOnlyCollection<string>? others = null)
    {
        string[] columns = [.. signature.Inputs.Concat(signature.Outputs).Select(s => s.Name)];
        foreach (string column in _redactions.Keys)
        {
            if (!columns.Contains(column, ColumnNames.Comparer) && others?.Contains(column, ColumnNames.Comparer) != true)
            {
                throw new LifecycleException(
                    $"The inference log of the model '{model}' redacts the column '{column}', and the model has no such column; it has {Say(columns)}"
                    + $"{(others is { Count: > 0 } ? $", and its types have {Say(others)} beside" : string.Empty)}. Write Redact(...) with a name of these, or take it out.");
            }
        }
    }

    private static string Say(IReadOnlyCollection<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Select(n => $"'{n}'"));

    /// <summary>A redacted column that is none of these; null when all are.</summary>
    internal string? Missing(TensorSignature signature) => _redactions.Keys.FirstOrDefault(
        column => !signature.Inputs.Concat(signature.Outputs).Any(s => ColumnNames.Comparer.Equals(s.Name, column)));

    internal void Validate(string model, double sample)
    {
        Require(sample is > 0 and <= 1, $"has a sample of {sample}; use more than 0 and at most 1, the share of the requests that is logged");
        Require(RingRecords is >= FewestRecords and <= MostRecords, $"has RingRecords = {RingRecords}; use {FewestRecords} to {MostRecords}");
        Require(RingBytes >= FewestBytes, $"has RingBytes = {RingBytes}; use at least {FewestBytes}");
        Require(SealBytes is >= FewestBytes and <= MostSealBytes, $"has SealBytes = {SealBytes}; use {FewestBytes} to {MostSealBytes}");
        Require(SealAge >= TimeSpan.FromSeconds(1), $"has SealAge = {SealAge}; use at least one second");
        Require(SpoolBytes >= SealBytes, $"has SpoolBytes = {SpoolBytes}; use at least SealBytes, {SealBytes}");

        void Require(bool holds, FormattableString problem)
        {
            if (!holds)
            {
                throw new LifecycleException($"The inference log of the model '{model}' {FormattableString.Invariant(problem)}.");
            }
        }
    }
}
