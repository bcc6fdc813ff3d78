using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Lifecycle.Serving.Tests;

/// <summary>A source with aliases: versions that say themselves, and names that point at them.</summary>
internal sealed class StampShelf : IModelSource
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ModelRevision> _versions = [];
    private readonly Dictionary<string, string> _names = [];
    private readonly List<Channel<bool>> _watchers = [];

    /// <summary>Puts a version up; its content is that of a <see cref="StampRuntime"/>.</summary>
    public StampShelf Has(string version, string? content = null)
    {
        lock (_lock)
        {
            _versions[version] = StampSource.Files(version, content ?? version);
        }

        return this;
    }

    /// <summary>Puts a version up.</summary>
    public StampShelf Has(ModelRevision revision)
    {
        lock (_lock)
        {
            _versions[revision.Version] = revision;
        }

        return this;
    }

    public StampShelf Points(string name, string version)
    {
        lock (_lock)
        {
            _names[name] = version;
        }

        Changed();
        return this;
    }

    public void Forgets(string name)
    {
        lock (_lock)
        {
            _names.Remove(name);
        }

        Changed();
    }

    public async IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Channel<bool> changes = Channel.CreateUnbounded<bool>();
        lock (_lock)
        {
            _watchers.Add(changes);
        }

        do
        {
            yield return Offer(demand);
        }
        while (await changes.Reader.ReadAsync(cancellationToken));
    }

    private void Changed()
    {
        lock (_lock)
        {
            _watchers.ForEach(w => w.Writer.TryWrite(true));
        }
    }

    private ModelOffer Offer(ModelDemand demand)
    {
        lock (_lock)
        {
            Dictionary<string, string> names = demand.Names.Where(_names.ContainsKey).ToDictionary(n => n, n => _names[n]);
            string[] versions = [.. names.Values.Concat(demand.Names.Where(_versions.ContainsKey)).Distinct().Order()];
            return new ModelOffer(versions.Select(v => _versions[v]), names);
        }
    }
}
