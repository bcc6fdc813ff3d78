namespace Lifecycle.Tracking;

/// <summary>A promotion was refused. The refusal stands in the audit log.</summary>
public sealed class PromotionRefusedException : LifecycleException
{
    internal PromotionRefusedException(string version, string alias, IReadOnlyList<string> reasons)
        : base($"'{version}' was not promoted to '{alias}': {string.Join(" ", reasons)}") => Reasons = reasons;

    /// <summary>Every reason of every rule.</summary>
    public IReadOnlyList<string> Reasons { get; }
}

/// <summary>The registry does not hold what was named, or not any more.</summary>
public sealed class ModelNotFoundException : LifecycleException
{
    internal ModelNotFoundException(string message)
        : base(message)
    {
    }

    internal static ModelNotFoundException Model(string name) => new($"Registered Model with name={name} not found");

    internal static ModelNotFoundException Version(string model, int number) =>
        new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Model Version (name={model}, version={number}) not found"));

    internal static ModelNotFoundException Logged(string id) => new($"Logged model with ID '{id}' not found.");
}

/// <summary>There is a registered model of this name already.</summary>
public sealed class ModelExistsException : LifecycleException
{
    internal ModelExistsException(string name)
        : base($"Registered Model (name={name}) already exists.")
    {
    }
}

/// <summary>Evidence was handed in that speaks of another model.</summary>
public sealed class EvidenceMismatchException : LifecycleException
{
    internal EvidenceMismatchException(Evidence evidence, Digest model)
        : base($"The evidence '{evidence.Kind}' speaks of the model {evidence.Subject}, but the model is {model}. Evaluate this model and hand in its own report.")
    {
    }
}
