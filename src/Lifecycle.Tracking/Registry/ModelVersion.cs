using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>A model under a name.</summary>
/// <param name="Name">1 to 256 characters, none of them a control character.</param>
/// <param name="CreatedAt">When the first version, or a protection, came.</param>
/// <param name="UpdatedAt">When versions were last added or deleted.</param>
/// <param name="Versions">Versions ever registered, deleted ones included.</param>
public sealed record RegisteredModel(string Name, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Versions);

/// <summary>One version of a registered model. Numbers count up and are never used twice.</summary>
public sealed record ModelVersion
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>1, 2, 3, ...</summary>
    public required int Number { get; init; }

    /// <summary>Id of the logged model it came from, <c>m-...</c>.</summary>
    public required string ModelId { get; init; }

    /// <summary>The run that made the model.</summary>
    public required string RunId { get; init; }

    /// <summary>The files of the model.</summary>
    public required ModelManifest Manifest { get; init; }

    /// <summary>What was said about it when it was registered.</summary>
    public required IReadOnlyList<Evidence> Evidence { get; init; }

    /// <summary>When it was registered.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>By whom.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it was deleted, if it was. A deleted version keeps its run and its digest.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>By whom it was deleted.</summary>
    public string? DeletedBy { get; init; }

    /// <summary>The digest of the manifest.</summary>
    public Digest Digest => Manifest.Digest;

    /// <summary>Whether it was deleted.</summary>
    public bool IsDeleted => DeletedAt is not null;

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
}
