using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Lifecycle.Serving.Tests;

/// <summary>A source that names what the test says, and models that answer their own version.</summary>
internal sealed class StampSource : IModelSource
{
    private readonly Channel<ModelRevision?> _revisions = Channel.CreateUnbounded<ModelRevision?>();

    public static ModelRevision Stamp(string version) => ModelRevision.FromFunction<int, Stamped>(version, x => new Stamped(x, version));

    /// <summary>A version whose files a <see cref="StampRuntime"/> loads.</summary>
    public static ModelRevision Files(string version, string content, Digest? expected = null, Action? read = null)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(content);
        return ModelRevision.FromFiles(version, Digest.Of(bytes), _ =>
        {
            read?.Invoke();
            return new ValueTask<ModelContent>(new ModelContent([new ContentFile("model.stamp", bytes, expected)]));
        });
    }

    public void Name(ModelRevision? revision) => _revisions.Writer.TryWrite(revision);

    public void Fail(Exception error) => _revisions.Writer.TryComplete(error);

    public async IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (ModelRevision? revision in _revisions.Reader.ReadAllAsync(cancellationToken))
        {
            yield return revision is null ? ModelOffer.Nothing : ModelOffer.Of(revision);
        }
    }
}

/// <summary>What came in and which version says so.</summary>
internal sealed record Stamped(int Value, string Version);
