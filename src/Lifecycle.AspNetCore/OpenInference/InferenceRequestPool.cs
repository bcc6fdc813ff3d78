using Microsoft.Extensions.ObjectPool;

namespace Lifecycle.AspNetCore;

/// <summary>Requests that wait to be used again. Each served model has its own pool, so that shapes and names of a request are mostly those of the last.</summary>
internal sealed class InferenceRequestPool
{
    // As many requests of one model may be on their way without their memory being made anew.
    private const int Retained = 256;

    private readonly ObjectPool<InferenceRequest> _pool = new DefaultObjectPoolProvider { MaximumRetained = Retained }.Create(new Policy());

    public InferenceRequest Rent() => _pool.Get();

    /// <summary>
    /// Takes a request back. Not to be called while the model may still read its inputs, for example after a timeout:
    /// such a request is left to the garbage collector.
    /// </summary>
    public void Return(InferenceRequest request) => _pool.Return(request);

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
