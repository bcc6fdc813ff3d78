namespace Lifecycle.Validation;

/// <summary>
/// What a gate found about a model: findings in figures and words, the verdict, the tables by group. Known by the digest of its JSON form;
/// evidence for the registry when it names a model.
/// </summary>
public sealed partial class GateReport
{
    private byte[]? _json;
    private IReadOnlyList<Finding> _findings = [];

    internal GateReport()
    {
    }

    /// <summary>Id of the report.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made it.</summary>
    public required string Actor { get; init; }

    /// <summary>Version of this package.</summary>
    public required string LibraryVersion { get; init; }

    /// <summary>Name of the gate.</summary>
    public required string GateName { get; init; }

    /// <summary>Digest of the gate's JSON form.</summary>
    public required Digest GateDigest { get; init; }

    /// <summary>When the gate was frozen.</summary>
    public required DateTimeOffset FrozenAt { get; init; }

    /// <summary>Digest of the model's manifest; null when nobody said which model it was.</summary>
    public Digest? Model { get; init; }

    /// <summary>Digests of the data.</summary>
    public IReadOnlyList<string> Data { get; init; } = [];

    /// <summary>Number of rows judged.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows without a label that were taken out before.</summary>
    public int DroppedRows { get; init; }

    /// <summary>What a positive label means.</summary>
    public required string Outcome { get; init; }

    /// <summary>Seed of everything that was drawn.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Draws for the critical values of group bounds.</summary>
    public required int Draws { get; init; }

    /// <summary>Replicates of a bootstrap.</summary>
    public required int Replicates { get; init; }

    /// <summary>What an inconclusive verdict means for whoever waits.</summary>
    public WhenInconclusive WhenInconclusive { get; init; }

    /// <summary>Whether comparisons were skipped because there was no other model yet.</summary>
    public bool FirstRun { get; init; }

    /// <summary>One finding a requirement, in the order of the gate.</summary>
    public required IReadOnlyList<Finding> Findings
    {
        get => _findings;
        init => _findings = value;
    }

    /// <summary>Figures by group, a table for each set of attributes the gate compares by.</summary>
    public IReadOnlyList<GroupTable> Groups { get; init; } = [];

    /// <summary>
    /// Fail when a required finding fails, else inconclusive when one is or when none was judged at all, else pass. Advisory findings do not count.
    /// </summary>
    public Verdict Verdict => Required.Any(f => f.Verdict == Verdict.Fail) ? Verdict.Fail
        : Required.Any(f => f.Verdict == Verdict.Inconclusive) || Required.All(f => f.Verdict != Verdict.Pass) ? Verdict.Inconclusive
        : Verdict.Pass;

    /// <summary>Whether the verdict is <see cref="Verdict.Pass"/>; never for an inconclusive one.</summary>
    public bool Passed => Verdict == Verdict.Pass;

    /// <summary>What a program should end with, by the table of <see cref="Lifecycle.ExitCode"/>.</summary>
    public int ExitCode => Lifecycle.ExitCode.MostUrgent(
        [.. Required.Select(f => f.Verdict == Verdict.Inconclusive ? Inconclusive : f.ExitCode), Verdict == Verdict.Inconclusive ? Inconclusive : Lifecycle.ExitCode.Done]);

    /// <summary>SHA-256 of <see cref="ToJson"/>.</summary>
    public Digest Digest => Digest.Of(Json);

    /// <summary>The same report about other findings.</summary>
    internal GateReport With(IReadOnlyList<Finding> findings)
    {
        GateReport copy = (GateReport)MemberwiseClone();
        copy._findings = findings;
        copy._json = null;
        return copy;
    }

    private IEnumerable<Finding> Required => Findings.Where(f => !f.IsAdvisory);

    private int Inconclusive => WhenInconclusive switch
    {
        WhenInconclusive.Fail => Lifecycle.ExitCode.GateFailed,
        WhenInconclusive.Pass => Lifecycle.ExitCode.Done,
        _ => Lifecycle.ExitCode.DecisionPending,
    };

    private byte[] Json => _json ??= JsonWriter.Write(this);

    /// <summary>The report as JSON, <c>lifecycle.gate-report/1</c>. Its <c>evaluation</c> depends on the inputs, the gate and the seed only.</summary>
    public byte[] ToJson() => (byte[])Json.Clone();

    /// <summary>Reads a stored report back; its digest is that of the given bytes.</summary>
    /// <exception cref="FormatException">It is no such JSON.</exception>
    public static GateReport FromJson(ReadOnlyMemory<byte> json)
    {
        GateReport report = JsonReader.Read(json);
        report._json = json.ToArray();
        return report;
    }

    /// <summary>Evidence for the registry: only <see cref="Verdict.Pass"/> is passed, whatever <see cref="WhenInconclusive"/> says.</summary>
    /// <exception cref="InvalidOperationException">The report names no model.</exception>
    public Evidence ToEvidence() => new(
        "gate",
        Digest,
        Model ?? throw new InvalidOperationException(
            $"The report of gate '{GateName}' names no model, so it is evidence for none. Evaluate with a GateSubject that gives the digest of the model's manifest."),
        Verdict switch
        {
            Verdict.Pass => EvidenceVerdict.Passed,
            Verdict.Inconclusive => EvidenceVerdict.Inconclusive,
            _ => EvidenceVerdict.Failed,
        },
        CreatedAt,
        Actor);

    /// <summary>Evidence for the registry.</summary>
    /// <exception cref="InvalidOperationException">The report names no model.</exception>
    public static implicit operator Evidence(GateReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.ToEvidence();
    }
}
