namespace Lifecycle.Serving;

/// <summary>What was given to a model does not fit it. The message names the input, what was expected and what came.</summary>
public sealed class InvalidInputException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    public InvalidInputException(string message)
        : base(message)
    {
    }
}
