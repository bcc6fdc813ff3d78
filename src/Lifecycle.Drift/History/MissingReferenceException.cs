namespace Lifecycle.Drift;

/// <summary>No reference profile was registered for a version of a model.</summary>
public sealed class MissingReferenceException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    public MissingReferenceException(string model, string version)
        : base($"No reference is registered for version '{version}' of the model '{model}'. Register one: await lifecycle.Drift.RegisterReferenceAsync(\"{model}\", \"{version}\", profile).")
    {
        (Model, Version) = (model, version);
    }

    /// <summary>Name of the model.</summary>
    public string Model { get; }

    /// <summary>Label of the version.</summary>
    public string Version { get; }
}
