namespace Lifecycle.Validation;

/// <summary>What a broken expectation means for its contract.</summary>
public enum Severity
{
    /// <summary>The contract is broken.</summary>
    Error,

    /// <summary>It is told; the contract holds.</summary>
    Warning,

    /// <summary>It is noted; the contract holds.</summary>
    Information,
}

/// <summary>Where in the life of a model rows are checked.</summary>
public enum Stage
{
    /// <summary>Before a model is trained or judged: labels are there.</summary>
    Training,

    /// <summary>Before a model is asked: there may be no label.</summary>
    Serving,
}
