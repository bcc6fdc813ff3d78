namespace Lifecycle;

/// <summary>A thing that has a history.</summary>
/// <param name="Kind">One of the constants of this type.</param>
/// <param name="Id">Version id, run id, model digest, or <c>name/number</c>.</param>
public sealed record LineageNode(string Kind, string Id)
{
    /// <summary>A dataset version; id = 32 hex digits.</summary>
    public const string DatasetVersion = "dataset-version";

    /// <summary>A run; id = run id.</summary>
    public const string Run = "run";

    /// <summary>A model; id = digest of its manifest.</summary>
    public const string Model = "model";

    /// <summary>A registered version; id = <c>name/number</c>.</summary>
    public const string ModelVersion = "model-version";

    /// <summary>Data from elsewhere; id = its digest.</summary>
    public const string External = "external";
}

/// <summary>How one thing came from another, in the relations of W3C PROV.</summary>
/// <param name="From">The younger thing.</param>
/// <param name="Relation">One of the constants of this type.</param>
/// <param name="To">The older thing.</param>
/// <param name="At">When the edge was recorded.</param>
/// <param name="Actor">Who did it.</param>
public sealed record LineageEdge(LineageNode From, string Relation, LineageNode To, DateTimeOffset At, string Actor)
{
    /// <summary>A version was made from another one.</summary>
    public const string WasDerivedFrom = "wasDerivedFrom";

    /// <summary>A version or a model was made by a run.</summary>
    public const string WasGeneratedBy = "wasGeneratedBy";

    /// <summary>A run read a version.</summary>
    public const string Used = "used";

    /// <summary>A registered version is this model.</summary>
    public const string SpecializationOf = "specializationOf";
}
