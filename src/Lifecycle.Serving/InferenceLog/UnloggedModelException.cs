namespace Lifecycle.Serving;

/// <summary>Outcomes of a model were told that nobody would have: it is neither logged nor watched, and never was logged in this workspace.</summary>
public sealed class UnloggedModelException : InvalidOperationException
{
    /// <summary>Makes the error.</summary>
    /// <param name="model">The name under which it is served.</param>
    public UnloggedModelException(string model)
        : base($"The model '{model}' has no inference log: this host serves it without LogInferences(...) and without sinks, and the workspace has no record of it, so its outcomes would belong to nothing; switch the log on with LogInferences(...) where the model is served.")
    {
    }
}
