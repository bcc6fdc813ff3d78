namespace Lifecycle;

/// <summary>Base of every error of the SDK. The message says what happened and what to do.</summary>
public class LifecycleException : Exception
{
    /// <summary>Makes an error without a message.</summary>
    public LifecycleException()
    {
    }

    /// <summary>Makes an error with a message.</summary>
    public LifecycleException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with a message and its cause.</summary>
    public LifecycleException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
