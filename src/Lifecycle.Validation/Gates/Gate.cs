namespace Lifecycle.Validation;

/// <summary>
/// What a model must show before it may go on: a frozen list of requirements. Immutable; known by the digest of its JSON form, so a report
/// proves which limits were set before the model was judged.
/// </summary>
public sealed partial class Gate
{
    private readonly byte[] _json;

    internal Gate(GateDefinition definition, DateTimeOffset frozenAt)
    {
        Name = definition.Name;
        Requirements = [.. definition.Requirements];
        WhenInconclusive = definition.WhenInconclusive;
        FirstRun = definition.FirstRun;
        FrozenAt = frozenAt;
        List<string> problems = [.. definition.Mistakes, .. Problems()];
        if (problems.Count > 0)
        {
            throw new GateDefinitionException(Wording.Name(Name), problems);
        }

        _json = GateJson.Write(this);
        Digest = Digest.Of(_json);
    }

    /// <summary>Name of the gate.</summary>
    public string Name { get; }

    /// <summary>What it asks for, in the order it was said.</summary>
    public IReadOnlyList<Requirement> Requirements { get; }

    /// <summary>What an inconclusive gate means for whoever waits for it.</summary>
    public WhenInconclusive WhenInconclusive { get; }

    /// <summary>What comparisons mean when there is no baseline.</summary>
    public FirstRun FirstRun { get; }

    /// <summary>When the gate was frozen.</summary>
    public DateTimeOffset FrozenAt { get; }

    /// <summary>SHA-256 of <see cref="ToJson"/>.</summary>
    public Digest Digest { get; }

    /// <summary>Starts a gate.</summary>
    /// <param name="name">1 to 128 letters, digits, '.', '_' or '-', beginning with a letter or a digit.</param>
    /// <param name="confidence">Confidence of requirements that do not say their own.</param>
    public static GateBuilder For(string name, double confidence = Confidence.Default) => new(name, confidence);

    /// <summary>The gate as JSON: UTF-8, fixed order, no blanks. Checks of your own appear by name only.</summary>
    public byte[] ToJson() => (byte[])_json.Clone();

    /// <summary>Reads a gate back.</summary>
    /// <param name="json">What <see cref="ToJson"/> wrote, or a file in that form.</param>
    /// <param name="time">The clock that says when the gate was frozen, which is now.</param>
    /// <exception cref="GateDefinitionException">
    /// It is no such JSON, has an unknown property or kind (the message gives the path), more than 1 MiB or 32 levels; or limits are wrong (the message
    /// lists all problems).
    /// </exception>
    public static Gate FromJson(ReadOnlyMemory<byte> json, TimeProvider? time = null) => GateJson.Read(json).Build(time);

    private IEnumerable<string> Problems()
    {
        if (!ResourceName.IsValid(Name))
        {
            yield return $"The name must be 1 to {ResourceName.MaximumLength} letters, digits, '.', '_' or '-', beginning with a letter or a digit.";
        }

        if (Requirements.Count == 0)
        {
            yield return "It asks for nothing; add a requirement, for example .Require(Metric.AreaUnderRoc, atLeast: 0.80).";
        }

        if (Requirements.Count > 0 && Requirements.All(r => r.IsAdvisory))
        {
            yield return "All of its requirements are advisory, so nothing could ever fail it; make one of them count.";
        }

        foreach (Requirement requirement in Requirements)
        {
            foreach (string problem in requirement.Problems())
            {
                yield return problem;
            }
        }

        foreach (IGrouping<string, Requirement> same in Requirements.GroupBy(r => r.Text, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            yield return $"The requirement '{same.Key}' stands {same.Count()} times.";
        }
    }
}
