using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>Whether the files of a version are complete.</summary>
public enum VersionStatus
{
    /// <summary>The logged model it comes from is still being uploaded.</summary>
    Pending = 1,

    /// <summary>It can be used.</summary>
    Ready = 2,

    /// <summary>The upload of the logged model it comes from failed.</summary>
    Failed = 3,
}

/// <summary>MLflow's stages. They are kept for MLflow's clients; aliases say more and are protected.</summary>
public enum ModelStage
{
    /// <summary>In no stage.</summary>
    None = 0,

    /// <summary>Being tried.</summary>
    Staging = 1,

    /// <summary>In use.</summary>
    Production = 2,

    /// <summary>Kept.</summary>
    Archived = 3,
}

/// <summary>One version of a registered model. Numbers count up and are never used twice.</summary>
public sealed record ModelVersion
{
    private readonly ModelManifest? _manifest;

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>1, 2, 3, ...</summary>
    public required int Number { get; init; }

    /// <summary>Id of the logged model it came from, <c>m-...</c>; empty when it came from elsewhere.</summary>
    public required string ModelId { get; init; }

    /// <summary>The run that made the model; empty when unknown.</summary>
    public required string RunId { get; init; }

    /// <summary>The files of the model.</summary>
    /// <exception cref="ModelNotFoundException">The files lie elsewhere; see <see cref="HasFiles"/>.</exception>
    public ModelManifest Manifest
    {
        get => _manifest ?? throw new ModelNotFoundException(Elsewhere());
        init => _manifest = value;
    }

    /// <summary>Whether the files lie in this workspace. A version registered from <c>s3://...</c> has none here, and no digest.</summary>
    public bool HasFiles => _manifest is not null;

    /// <summary>What was said about it: when it was registered, and later.</summary>
    public required IReadOnlyList<Evidence> Evidence { get; init; }

    /// <summary>When it was registered.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>By whom.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it, its stage or its description last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Where it was registered from, for example <c>models:/m-...</c> or <c>runs:/&lt;run&gt;/model</c>.</summary>
    public string Source { get; init; } = "";

    /// <summary>Where the files are: for <c>models:/</c> sources the place they stand for, else <see cref="Source"/>.</summary>
    public string Location { get; init; } = "";

    /// <summary>A link to the run, as a client gave it; may be empty.</summary>
    public string RunLink { get; init; } = "";

    /// <summary>Whether the files are complete.</summary>
    public VersionStatus Status { get; init; } = VersionStatus.Ready;

    /// <summary>What it is, in the words of a person; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The aliases that point at it now, in ordinal order.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Its stage, for MLflow's clients.</summary>
    public ModelStage Stage { get; init; }

    /// <summary>When it was deleted, if it was. A deleted version keeps its run, its source and its digest.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>By whom it was deleted.</summary>
    public string? DeletedBy { get; init; }

    /// <summary>The digest of the manifest.</summary>
    /// <exception cref="ModelNotFoundException">The files lie elsewhere.</exception>
    public Digest Digest => Manifest.Digest;

    /// <summary>Whether it was deleted.</summary>
    public bool IsDeleted => DeletedAt is not null;

    internal Digest? DigestOrNull => _manifest?.Digest;

    /// <summary>Row of the model, which stays when it is renamed; 0 when the version was not read from a registry.</summary>
    internal long ModelRow { get; init; }

    /// <summary>The version as a node of lineage: <c>name/number</c>.</summary>
    public LineageNode ToLineageNode() => new(LineageNode.ModelVersion, ToString());

    /// <summary>The version as a node of lineage.</summary>
    public static implicit operator LineageNode(ModelVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return version.ToLineageNode();
    }

    /// <summary><c>name/number</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Model}/{Number}");

    private string Elsewhere() => Status == VersionStatus.Ready
        ? $"The files of '{this}' are not in this workspace: it was registered from '{Source}', which is never fetched. Log the model with a run of this workspace and register that."
        : $"'{this}' has no files: the upload of the logged model '{ModelId}' {(Status == VersionStatus.Pending ? "has not ended" : "failed")}.";
}
