namespace Lifecycle.AspNetCore;

/// <summary>What a route lets its caller do; every mapped route carries one, so that a policy can be written for each.</summary>
public enum LifecycleVerb
{
    /// <summary>Look at state.</summary>
    Read,

    /// <summary>Ask a model.</summary>
    Infer,
}
