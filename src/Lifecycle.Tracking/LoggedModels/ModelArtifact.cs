namespace Lifecycle.Tracking;

/// <summary>A model that a run logged: its files are stored, its digest is fixed.</summary>
public sealed record ModelArtifact
{
    /// <summary><c>m-</c> and 32 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>What the run called it.</summary>
    public required string Name { get; init; }

    /// <summary>The run that made it.</summary>
    public required string RunId { get; init; }

    /// <summary>The files.</summary>
    public required ModelManifest Manifest { get; init; }

    /// <summary>When it was logged.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The digest of the manifest: what evidence must name.</summary>
    public Digest Digest => Manifest.Digest;

    /// <summary>The model as a node of lineage.</summary>
    public LineageNode ToLineageNode() => new(LineageNode.Model, Digest.ToString());

    /// <summary>The model as a node of lineage.</summary>
    public static implicit operator LineageNode(ModelArtifact model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.ToLineageNode();
    }
}
