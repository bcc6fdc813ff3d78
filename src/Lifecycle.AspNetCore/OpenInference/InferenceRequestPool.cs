using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

namespace Lifecycle.AspNetCore;

/// <summary>Requests that wait to be used again. Each served model has its own pool, so that shapes and names of a request are mostly those of the last.</summary>
internal sealed class InferenceRequestPool
{
    // As many requests of one model may be on their way without their memory being made anew.
    private const int Retained = 256;

    private readonly ObjectPool<InferenceRequest> _pool = new DefaultObjectPoolProvider { MaximumRetained = Retained }.Create(new Policy());

    /// <summary>Answers a call in a request of this pool. What is wrong with the call, or goes wrong, is answered as an error of the protocol.</summary>
    /// <param name="context">The call.</param>
    /// <param name="state">Handed to <paramref name="answer"/>.</param>
    /// <param name="answer">Reads, asks and answers.</param>
    public async Task AnswerAsync<TState>(HttpContext context, TState state, Func<HttpContext, InferenceRequest, TState, ValueTask> answer)
    {
        InferenceRequest request = Rent();
        bool isOver = false;
        try
        {
            await answer(context, request, state).ConfigureAwait(false);
            isOver = true;
        }
        catch (Exception error)
        {
            isOver = IsOver(error);
            if (!await WireErrors.TryWriteAsync(context, error).ConfigureAwait(false))
            {
                throw;
            }
        }
        finally
        {
            if (isOver)
            {
                Return(request);
            }
        }
    }

    public InferenceRequest Rent() => _pool.Get();

    /// <summary>
    /// Takes a request back. Not to be called while the model may still read its inputs, for example after a timeout:
    /// such a request is left to the garbage collector.
    /// </summary>
    public void Return(InferenceRequest request) => _pool.Return(request);

    /// <summary>Whether no run reads the request any more after this error.</summary>
    private static bool IsOver(Exception error) =>
        error is InferenceWireException or InvalidInputException or PredictionRejectedException or PredictionFailedException or UnknownModelException;

    private sealed class Policy : PooledObjectPolicy<InferenceRequest>
    {
        public override InferenceRequest Create() => new();

        public override bool Return(InferenceRequest obj)
        {
            obj.Rest();
            return true;
        }
    }
}
