namespace Lifecycle.Drift;

/// <summary>The bytes are not a reference profile that this version can read. Nothing was loaded.</summary>
public sealed class ProfileFormatException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="offset">First byte that does not fit, counted from 0.</param>
    /// <param name="field">What should stand there.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public ProfileFormatException(long offset, string field, string message)
        : base($"The profile cannot be read: {message} (at byte {offset}, {field}).")
    {
        Offset = offset;
        Field = field;
    }

    /// <summary>First byte that does not fit, counted from 0.</summary>
    public long Offset { get; }

    /// <summary>What should stand there.</summary>
    public string Field { get; }
}

/// <summary>Two profiles cannot become one. The message lists what differs.</summary>
public sealed class ProfileMergeException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    public ProfileMergeException(string message)
        : base(message)
    {
    }
}
