namespace Lifecycle.Serving;

/// <summary>A version must not be served. Final for its bytes: the same bytes are not tried again until the source names them anew.</summary>
public sealed class ModelRejectedException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">Begins with the step that refused: <c>digest: ...</c>, <c>guard: ...</c>, <c>binding: ...</c>, <c>signature: ...</c>.</param>
    public ModelRejectedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the error.</summary>
    /// <param name="message">Begins with the step that refused.</param>
    /// <param name="innerException">The cause.</param>
    public ModelRejectedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
