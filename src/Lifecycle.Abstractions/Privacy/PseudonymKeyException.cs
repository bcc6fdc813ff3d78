namespace Lifecycle;

/// <summary>A key of pseudonyms cannot be used. The message never holds a key.</summary>
public sealed class PseudonymKeyException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public PseudonymKeyException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
