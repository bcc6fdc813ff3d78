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

    /// <summary>Takes note of what became of a prediction; it was stored by <see cref="InferenceLog"/> before.</summary>
    /// <param name="model">Name under which the model is served.</param>
    /// <param name="requestId">The prediction.</param>
    /// <param name="outcome">JSON.</param>
    void Feedback(string model, Guid requestId, string outcome)
    {
    }
}
