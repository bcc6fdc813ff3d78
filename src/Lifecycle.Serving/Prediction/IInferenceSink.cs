namespace Lifecycle.Serving;

/// <summary>
/// Is told of every prediction of a typed model after its run, on the caller's thread: be quick, copy what you keep, never block.
/// What a sink throws is counted and logged and never reaches the caller.
/// </summary>
/// <typeparam name="TIn">One row that went in. The caller may change the object later.</typeparam>
/// <typeparam name="TOut">What came out. The caller may change the object later.</typeparam>
public interface IInferenceSink<in TIn, in TOut>
{
    /// <summary>Takes note of one prediction.</summary>
    void Record(in InferenceStamp stamp, TIn input, TOut output);
}

/// <summary>Which prediction it was.</summary>
/// <param name="Model">Name under which the model is served.</param>
/// <param name="Version">The version that answered.</param>
/// <param name="RequestId">Version-7 Guid of the call; the one in <see cref="Prediction{T}"/>.</param>
/// <param name="At">When the answer was there.</param>
public readonly record struct InferenceStamp(string Model, string Version, Guid RequestId, DateTimeOffset At);
