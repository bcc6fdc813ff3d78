using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Lifecycle.Serving.Tests;

/// <summary>A source that offers what the test says, several versions at a time.</summary>
internal sealed class OfferSource : IModelSource
{
    private readonly Channel<ModelOffer> _offers = Channel.CreateUnbounded<ModelOffer>();

    /// <summary>Offers versions, oldest first; the last one is the latest.</summary>
    public void Offer(params ModelRevision[] revisions) =>
        Offer(new ModelOffer(revisions, new Dictionary<string, string> { [ModelOffer.Latest] = revisions[^1].Version }));

    public void Offer(ModelOffer offer) => _offers.Writer.TryWrite(offer);

    public async IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (ModelOffer offer in _offers.Reader.ReadAllAsync(cancellationToken))
        {
            yield return offer;
        }
    }
}
