using Lifecycle.Serving;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>A runtime whose models take rows of several callers in one run: y = 2 x.</summary>
internal sealed class BatchedRuntime : IModelRuntime
{
    public string Platform => "twice";

    /// <summary>A model of this runtime.</summary>
    public static ModelRevision Revision(string version)
    {
        byte[] bytes = [1, 2, 3];
        return ModelRevision.FromFiles(version, Digest.Of(bytes), _ => new ValueTask<ModelContent>(new ModelContent([new ContentFile("model.twice", bytes)])));
    }

    public bool Accepts(string fileName, ReadOnlySpan<byte> firstBytes) => fileName == "model.twice";

    public void Inspect(ModelContent content, ContentFile main, CancellationToken cancellationToken = default)
    {
    }

    public ValueTask<LoadedModel> LoadAsync(ModelContent content, ContentFile main, CancellationToken cancellationToken = default) => new(new Twice());

    private sealed class Twice : LoadedModel
    {
        public override TensorSignature Signature { get; } = WireModels.One(TensorElementType.Int32);

        public override bool RowsAreBatched => true;

        public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
        {
            ReadOnlySpan<int> x = inputs["x"].Span<int>();
            Span<int> y = WireModels.Like(outputs, "y", inputs["x"]).Span<int>();
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = 2 * x[i];
            }
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    /// <summary>One version that never changes.</summary>
    public sealed class Source : IModelSource
    {
        public async IAsyncEnumerable<ModelOffer> WatchAsync(
            ModelDemand demand, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return ModelOffer.Of(Revision("1"));
            await Task.CompletedTask;
        }
    }
}
