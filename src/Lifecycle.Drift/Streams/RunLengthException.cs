namespace Lifecycle.Drift;

/// <summary>A stream detector cannot have the run length that was asked for, whatever its threshold, or not within minutes of simulation;
/// the message says what it can have.</summary>
public sealed class RunLengthException : InvalidOperationException
{
    /// <summary>Makes the exception.</summary>
    public RunLengthException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What cannot be, and what can.</param>
    public RunLengthException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What cannot be, and what can.</param>
    /// <param name="innerException">The cause.</param>
    public RunLengthException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
