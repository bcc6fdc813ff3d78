using System.Globalization;

namespace Lifecycle.Serving;

/// <summary>One arm of a deployment: a version that gets a share of the traffic.</summary>
/// <param name="Name">The alias or version that answers.</param>
/// <param name="Weight">Its share in 1/100 percent, 0 to 10,000. An arm of weight 0 stays loaded, so that going back to it takes no time.</param>
public sealed record DeploymentArm(string Name, int Weight)
{
    /// <summary>Its share in percent.</summary>
    public double Percent => Weight / 100.0;
}

/// <summary>A version that gets copies of inputs and whose answers nobody sees.</summary>
/// <param name="Name">The alias or version.</param>
/// <param name="Sample">The share of requests that is copied, 0 to 1.</param>
public sealed record DeploymentShadow(string Name, double Sample);

/// <summary>Which versions of a model answer whom. Immutable: each change makes another one.</summary>
public sealed class Deployment
{
    /// <summary>Most arms.</summary>
    public const int MaximumArms = 8;

    private readonly byte[] _table;

    internal Deployment(string model, IReadOnlyList<DeploymentArm> arms, byte[] table)
    {
        Model = model;
        Arms = arms;
        _table = table;
    }

    private Deployment(Deployment other, IReadOnlyList<DeploymentArm> arms, byte[] table)
        : this(other.Model, arms, table)
    {
        Shadow = other.Shadow;
        StopReason = other.StopReason;
        Revision = other.Revision;
        ChangedAt = other.ChangedAt;
        Actor = other.Actor;
    }

    /// <summary>Name under which the model is served.</summary>
    public string Model { get; }

    /// <summary>The arms; their weights sum to 10,000.</summary>
    public IReadOnlyList<DeploymentArm> Arms { get; }

    /// <summary>Who gets copies; null when nobody does.</summary>
    public DeploymentShadow? Shadow { get; internal init; }

    /// <summary>Why the model is stopped; null when it answers.</summary>
    public string? StopReason { get; internal init; }

    /// <summary>Whether the model is stopped.</summary>
    public bool IsStopped => StopReason is not null;

    /// <summary>0 for the one that the code says; each stored change adds 1.</summary>
    public long Revision { get; internal init; }

    /// <summary>When it was stored; null for the one that the code says.</summary>
    public DateTimeOffset? ChangedAt { get; internal init; }

    /// <summary>Who stored it; null for the one that the code says.</summary>
    public string? Actor { get; internal init; }

    /// <summary>For each of the 10,000 buckets of routing keys the place of its arm in <see cref="Arms"/>.</summary>
    internal ReadOnlySpan<byte> Table => _table;

    /// <summary>The names that must be loaded: arms and shadow.</summary>
    internal IEnumerable<string> Names => Arms.Select(a => a.Name).Concat(Shadow is { } shadow ? [shadow.Name] : []).Distinct(StringComparer.Ordinal);

    /// <summary>Shares the traffic out anew. Only as many keys move as the growing arms gain.</summary>
    /// <param name="arms">Aliases or versions with percents in steps of 0.01 that sum to 100; at most 8.</param>
    /// <exception cref="ArgumentException">The percents do not sum to 100, a name stands twice, or there are too many arms.</exception>
    public Deployment Split(params ReadOnlySpan<(string Arm, double Percent)> arms)
    {
        DeploymentArm[] made = Check(Model, arms);
        int[] weights = [.. made.Select(a => a.Weight)];
        int[] carried = [.. Arms.Select(a => Array.FindIndex(made, m => m.Name == a.Name))];
        return new Deployment(this, made, TrafficSplit.Table(_table, carried, weights));
    }

    /// <summary>Copies inputs to another version.</summary>
    /// <param name="name">The alias or version.</param>
    /// <param name="sample">The share of requests, more than 0 to 1.</param>
    /// <exception cref="ArgumentException">The share is out of range or the name is none.</exception>
    public Deployment WithShadow(string name, double sample = 1)
    {
        RequireName(name);
        return sample is > 0 and <= 1
            ? new Deployment(this, Arms, _table) { Shadow = new DeploymentShadow(name, sample) }
            : throw new ArgumentException($"The sample of a shadow is {sample}; use more than 0 and at most 1.", nameof(sample));
    }

    /// <summary>Copies inputs to nobody.</summary>
    public Deployment WithoutShadow() => new(this, Arms, _table) { Shadow = null };

    /// <summary>For example <c>champion 90 %, challenger 10 %</c>.</summary>
    public override string ToString() => string.Join(", ", Arms.Select(a => $"{a.Name} {a.Percent:0.##} %"))
        + (Shadow is { } shadow ? $", shadow {shadow.Name} ({shadow.Sample:0.##})" : string.Empty)
        + (StopReason is { } reason ? $", stopped: {reason}" : string.Empty);

    /// <summary>The deployment that the code says.</summary>
    internal static Deployment Initial(string model, ReadOnlySpan<(string Arm, double Percent)> arms)
    {
        DeploymentArm[] made = Check(model, arms);
        return new Deployment(model, made, TrafficSplit.Table([.. made.Select(a => a.Weight)]));
    }

    internal Deployment Stop(string? reason) => new(this, Arms, _table) { StopReason = reason };

    internal Deployment Stored(long revision, DateTimeOffset? at, string? actor) =>
        new(this, Arms, _table) { Revision = revision, ChangedAt = at, Actor = actor };

    internal bool SaysTheSameAs(Deployment other) =>
        Arms.SequenceEqual(other.Arms) && Shadow == other.Shadow && StopReason == other.StopReason && _table.AsSpan().SequenceEqual(other._table);

    private static DeploymentArm[] Check(string model, ReadOnlySpan<(string Arm, double Percent)> arms)
    {
        if (arms.Length is 0 or > MaximumArms)
        {
            throw new ArgumentException($"The split of '{model}' has {arms.Length} arms; give it 1 to {MaximumArms}.", nameof(arms));
        }

        DeploymentArm[] made = new DeploymentArm[arms.Length];
        for (int i = 0; i < arms.Length; i++)
        {
            (string name, double percent) = arms[i];
            RequireName(name);
            double weight = percent * 100;
            if (!(weight is >= 0 and <= TrafficSplit.Buckets) || Math.Abs(weight - Math.Round(weight)) > 1e-6)
            {
                throw new ArgumentException($"The arm '{name}' of '{model}' has {percent} percent; use 0 to 100 in steps of 0.01.", nameof(arms));
            }

            if (Array.Exists(made, a => a?.Name == name))
            {
                throw new ArgumentException($"The arm '{name}' of '{model}' stands twice.", nameof(arms));
            }

            made[i] = new DeploymentArm(name, (int)Math.Round(weight));
        }

        int sum = made.Sum(a => a.Weight);
        return sum == TrafficSplit.Buckets ? made : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The arms of '{model}' sum to {sum / 100.0:0.##} percent; they must sum to 100."), nameof(arms));
    }

    private static void RequireName(string name)
    {
        if (!ResourceName.IsValid(name) && string.IsNullOrWhiteSpace(name))
        {
            throw new ArgumentException("An arm needs the name of an alias or a version.", nameof(name));
        }
    }
}
