using System.Collections.Concurrent;
using System.Text;

namespace Lifecycle.Serving.Tests;

/// <summary>Asks a source as a host does, asks it anew when it throws, and keeps what it offered.</summary>
internal sealed class OfferLog : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ModelOffer> _offers = [];
    private readonly ConcurrentQueue<Exception> _errors = [];
    private readonly Task _work;

    public OfferLog(IModelSource source, params string[] names) => _work = Task.Run(() => WatchAsync(source, new ModelDemand(names is [] ? [ModelOffer.Latest] : names)));

    public IReadOnlyList<ModelOffer> Offers => [.. _offers];

    public IReadOnlyList<Exception> Errors => [.. _errors];

    public ModelOffer? Last => _offers.LastOrDefault();

    public string[] Versions => Last is { } last ? [.. last.Revisions.Select(r => r.Version)] : [];

    public bool HasEnded => _work.IsCompleted;

    public Task OffersAsync(params string[] versions) =>
        Eventually.Holds(() => Last is not null && Versions.SequenceEqual(versions), $"the versions {string.Join(", ", versions)} are offered");

    public Task AnswersAsync(string content) => Eventually.Holds(() => Text(Last?.Find(ModelOffer.Latest)) == content, $"'{content}' is offered");

    /// <summary>The model of a revision; null when there is none, or it changed meanwhile.</summary>
    public static string? Text(ModelRevision? revision)
    {
        if (revision is null)
        {
            return null;
        }

        try
        {
            ModelContent content = revision.Read!(default).AsTask().GetAwaiter().GetResult();
            return Encoding.UTF8.GetString(content.Files.Single(f => f.Path != "golden.jsonl").Bytes.Span);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync(IModelSource source, ModelDemand demand)
    {
        while (true)
        {
            try
            {
                await foreach (ModelOffer offer in source.WatchAsync(demand, _stop.Token))
                {
                    _offers.Enqueue(offer);
                }

                return;
            }
            catch (Exception error) when (!_stop.IsCancellationRequested)
            {
                _errors.Enqueue(error);
                await Task.Delay(20, _stop.Token);
            }
        }
    }
}
