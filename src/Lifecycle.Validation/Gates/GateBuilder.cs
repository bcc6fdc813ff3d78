namespace Lifecycle.Validation;

/// <summary>Collects what a gate asks for. Verbs are extension methods; derived builders keep their type through them.</summary>
public class GateBuilder
{
    /// <summary>Starts a gate.</summary>
    /// <param name="name">1 to 128 letters, digits, '.', '_' or '-', beginning with a letter or a digit.</param>
    /// <param name="confidence">Confidence of requirements that do not say their own.</param>
    public GateBuilder(string name, double confidence = Confidence.Default) => Definition = new GateDefinition(name, confidence);

    /// <summary>What is asked for so far.</summary>
    public GateDefinition Definition { get; }
}

/// <summary>A gate in the making.</summary>
public sealed class GateDefinition
{
    private readonly List<Requirement> _requirements = [];

    internal GateDefinition(string name, double confidence)
    {
        Name = name;
        Confidence = confidence;
    }

    /// <summary>Name of the gate.</summary>
    public string Name { get; }

    /// <summary>Confidence of requirements that do not say their own.</summary>
    public double Confidence { get; }

    /// <summary>The requirements, in the order they were added.</summary>
    public IReadOnlyList<Requirement> Requirements => _requirements;

    internal WhenInconclusive WhenInconclusive { get; set; }

    internal FirstRun FirstRun { get; set; }

    internal List<string> Mistakes { get; } = [];

    /// <summary>As it is now, whatever is still added to the other one.</summary>
    internal GateDefinition Frozen()
    {
        GateDefinition copy = new(Name, Confidence) { WhenInconclusive = WhenInconclusive, FirstRun = FirstRun };
        copy._requirements.AddRange(_requirements);
        copy.Mistakes.AddRange(Mistakes);
        return copy;
    }

    internal void Add(Requirement requirement) => _requirements.Add(requirement);

    internal void MakeLastAdvisory() => _requirements[^1] = _requirements[^1].AsAdvisory();
}
