namespace Lifecycle.Serving;

/// <summary>What a host wants of a source: the names that its deployment and its callers use.</summary>
/// <param name="Names">Aliases and versions; <see cref="ModelOffer.Latest"/> stands for the newest version. Never empty.</param>
public sealed record ModelDemand(IReadOnlyList<string> Names);

/// <summary>What a source has to serve at one moment: versions, and which names point at them.</summary>
public sealed class ModelOffer
{
    /// <summary>The name of the newest version in sources without aliases.</summary>
    public const string Latest = "latest";

    /// <summary>Makes an offer.</summary>
    /// <param name="revisions">The versions to serve, oldest first; no version twice.</param>
    /// <param name="names">From alias to version. A name that is missing here and is no version points at nothing now.</param>
    public ModelOffer(IEnumerable<ModelRevision> revisions, IReadOnlyDictionary<string, string> names)
    {
        ArgumentNullException.ThrowIfNull(revisions);
        ArgumentNullException.ThrowIfNull(names);
        Revisions = [.. revisions];
        if (Revisions.Contains(null!))
        {
            throw new ArgumentException("An offer names versions; one of these is null. Leave out what is not there.", nameof(revisions));
        }

        Names = names;
    }

    /// <summary>Nothing to serve now: what serves goes on serving.</summary>
    public static ModelOffer Nothing { get; } = new([], new Dictionary<string, string>());

    /// <summary>The versions to serve, oldest first.</summary>
    public IReadOnlyList<ModelRevision> Revisions { get; }

    /// <summary>Why nothing, or not all that is wanted, is offered; null when that is not so.</summary>
    internal string? Problem { get; init; }

    /// <summary>Versions that are there and must be rejected, so that <see cref="Latest"/> names another one.</summary>
    internal IReadOnlyCollection<string> Refused { get; init; } = [];

    /// <summary>From alias to version.</summary>
    public IReadOnlyDictionary<string, string> Names { get; }

    /// <summary>Makes an offer of one version under the name <see cref="Latest"/>.</summary>
    public static ModelOffer Of(ModelRevision revision)
    {
        ArgumentNullException.ThrowIfNull(revision);
        return new([revision], new Dictionary<string, string> { [Latest] = revision.Version });
    }

    /// <summary>The version to which a name points; a version points at itself. Null when there is none.</summary>
    public ModelRevision? Find(string name)
    {
        string version = Names.GetValueOrDefault(name, name);
        return Revisions.FirstOrDefault(r => r.Version == version);
    }
}
