using Lifecycle.Serving;
using Microsoft.ML;

namespace Lifecycle.MLNet;

/// <summary>
/// Typed predictions from any number of threads. A <see cref="PredictionEngine{TSrc, TDst}"/> is not thread-safe: shared, it answers wrongly without saying so.
/// So each call rents one of a ring; they share the transformer and none owns it.
/// </summary>
internal sealed class EngineRing<TIn, TOut> : ModelFunction<TIn, TOut>, IDisposable
    where TIn : class
    where TOut : class, new()
{
    private readonly CoreRing<PredictionEngine<TIn, TOut>> _ring;

    public EngineRing(MLContext context, ITransformer transformer)
    {
        // The default of OwnsTransformer disposes the shared model with the first engine; that of IgnoreMissingColumns leaves outputs silently unset.
        PredictionEngineOptions options = new() { OwnsTransformer = false, IgnoreMissingColumns = false };
        _ring = new CoreRing<PredictionEngine<TIn, TOut>>(() => context.Model.CreatePredictionEngine<TIn, TOut>(transformer, options));
        PredictionEngine<TIn, TOut> first = _ring.Rent();
        _ring.Return(first);
    }

    public override TOut Predict(TIn input)
    {
        TOut output = new();
        Predict(input, ref output);
        return output;
    }

    public override void Predict(TIn input, ref TOut output)
    {
        output ??= new TOut();
        PredictionEngine<TIn, TOut> engine = _ring.Rent();
        try
        {
            engine.Predict(input, ref output);
        }
        catch
        {
            // It may have stopped anywhere; the next caller gets a new one.
            _ring.Discard(engine);
            throw;
        }

        _ring.Return(engine);
    }

    public override void Predict(ReadOnlySpan<TIn> inputs, Span<TOut> outputs, ref int done)
    {
        PredictionEngine<TIn, TOut> engine = _ring.Rent();
        try
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                outputs[i] ??= new TOut();
                engine.Predict(inputs[i], ref outputs[i]);
                done++;
            }
        }
        catch
        {
            _ring.Discard(engine);
            throw;
        }

        _ring.Return(engine);
    }

    public override void Warm() => _ring.Fill();

    public void Dispose() => _ring.Dispose();
}
