namespace Lifecycle.AspNetCore;

/// <summary>What a route lets its caller do; every mapped route carries one, so that a policy can be written for each.</summary>
public enum LifecycleVerb
{
    /// <summary>Look at state.</summary>
    Read,

    /// <summary>Ask a model.</summary>
    Infer,

    /// <summary>Write experiments, runs, metrics, artifacts.</summary>
    Log,

    /// <summary>Write models and versions of the registry.</summary>
    Register,

    /// <summary>Say yes to a version.</summary>
    Approve,

    /// <summary>Point a name at a version, or move its stage.</summary>
    Promote,

    /// <summary>Delete, restore, rename, protect.</summary>
    Administer,
}
