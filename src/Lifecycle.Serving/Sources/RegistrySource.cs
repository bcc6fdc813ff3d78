using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Lifecycle.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.Serving;

/// <summary>
/// Versions of a model in the registry: those at which the demanded aliases point, the demanded numbers, and, when it is demanded, the greatest one under
/// <see cref="ModelOffer.Latest"/>.
/// A moved alias is seen at once in the process that moved it and within about a second in others. An alias that points nowhere is missing among the names.
/// The files are those of the version's manifest, checked against it, and the manifest against the version's digest.
/// </summary>
public sealed class RegistrySource : IModelSource
{
    private const int MostNamed = 8;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly ModelRegistry _registry;
    private readonly IBlobStore _blobs;
    private readonly string _model;
    private readonly TimeProvider _time;

    /// <summary>Makes a source.</summary>
    /// <param name="registry">Resolves aliases and numbers.</param>
    /// <param name="blobs">Holds the files.</param>
    /// <param name="model">Name in the registry.</param>
    /// <param name="time">The clock of the looks for numbers; null means the system's.</param>
    public RegistrySource(ModelRegistry registry, IBlobStore blobs, string model, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        _registry = registry;
        _blobs = blobs;
        _model = model;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Largest model that is read, in bytes, all files together. 2 GiB - 1 by default.</summary>
    public long MaximumBytes { get; init; } = int.MaxValue;

    /// <summary>The alias that a host follows when no deployment says more.</summary>
    internal string Alias { get; private init; } = ModelOffer.Latest;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(demand);
        string[] names = [.. demand.Names.Distinct(StringComparer.Ordinal)];
        string[] aliases = [.. names.Where(n => n != ModelOffer.Latest && NumberOf(n) is null)];
        ConcurrentDictionary<string, int?> targets = new(StringComparer.Ordinal);
        Channel<bool> moves = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task follows = Task.WhenAll(aliases.Select(a => FollowAsync(a, targets, moves.Writer, stop.Token)));
        try
        {
            string? last = null;
            Task<bool>? move = null;
            while (true)
            {
                if (targets.Count == aliases.Length)
                {
                    (ModelOffer offer, string key) = await OfferAsync(names, targets, cancellationToken).ConfigureAwait(false);
                    if (key != last)
                    {
                        last = key;
                        yield return offer;
                    }
                }

                move ??= moves.Reader.WaitToReadAsync(stop.Token).AsTask();
                if (aliases.Length < names.Length)
                {
                    // Nobody tells of a version that is registered or deleted.
                    await Task.WhenAny(move, Task.Delay(Look, _time, stop.Token)).ConfigureAwait(false);
                    cancellationToken.ThrowIfCancellationRequested();
                }

                if (aliases.Length == names.Length || move.IsCompleted)
                {
                    await move.ConfigureAwait(false);
                    moves.Reader.TryRead(out _);
                    move = null;
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await follows.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> ListVersionsAsync(CancellationToken cancellationToken = default) =>
        [.. (await _registry.VersionsAsync(_model, cancellationToken).ConfigureAwait(false)).Where(v => !v.IsDeleted).Select(VersionOf)];

    internal static RegistrySource Of(HostContext context, string model, string alias) => new(
        Required<ModelRegistry>(context, model), Required<IBlobStore>(context, model), model, context.Time)
    {
        Alias = alias,
        MaximumBytes = context.Options.MaximumModelBytes,
    };

    private static T Required<T>(HostContext context, string model)
        where T : class => context.Services.GetService<T>() ?? throw new LifecycleException(
            $"The model '{model}' comes from the registry and there is no {typeof(T).Name}: call UseLocalStorage(...) and AddTracking() on the builder, "
            + "or UseRegistry(registry, blobs) on a host without container, or give the model another source.");

    private static int? NumberOf(string name) => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static string VersionOf(ModelVersion version) => version.Number.ToString(CultureInfo.InvariantCulture);

    private async Task FollowAsync(string alias, ConcurrentDictionary<string, int?> targets, ChannelWriter<bool> moves, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (AliasPeriod? period in _registry.WatchAsync(_model, alias, cancellationToken).ConfigureAwait(false))
            {
                targets[alias] = period?.Version;
                moves.TryWrite(true);
            }
        }
        catch (Exception error)
        {
            moves.TryComplete(error);
        }
    }

    private async ValueTask<(ModelOffer Offer, string Key)> OfferAsync(
        string[] names, ConcurrentDictionary<string, int?> targets, CancellationToken cancellationToken)
    {
        SortedDictionary<int, ModelVersion> versions = [];
        Dictionary<string, string> offered = new(StringComparer.Ordinal);
        foreach (string name in names)
        {
            int? number = NumberOf(name) ?? targets.GetValueOrDefault(name);
            ModelVersion? version = name == ModelOffer.Latest ? await _registry.GetByAliasAsync(_model, name, cancellationToken).ConfigureAwait(false)
                : number is null ? null
                : await _registry.GetVersionAsync(_model, number.Value, cancellationToken).ConfigureAwait(false);

            // A version that was deleted since the alias moved is none: the alias moves on or away, and the watch says so.
            if (version is null or { IsDeleted: true })
            {
                continue;
            }

            versions[version.Number] = version;
            if (NumberOf(name) is null)
            {
                offered[name] = VersionOf(version);
            }
        }

        ModelRevision[] revisions = [.. versions.Values.Select(Revision)];
        string? problem = await WhyMissingAsync([.. names.Where(n => !offered.ContainsKey(n) && !revisions.Any(r => r.Version == n))], cancellationToken).ConfigureAwait(false);
        string key = string.Join('\n', revisions.Select(r => $"{r.Version} {r.Digest}").Concat(offered.Select(n => $"{n.Key} -> {n.Value}")).Append(problem));
        return (new ModelOffer(revisions, offered) { Problem = problem }, key);
    }

    private async ValueTask<string?> WhyMissingAsync(string[] missing, CancellationToken cancellationToken)
    {
        if (missing.Length == 0)
        {
            return null;
        }

        IReadOnlyList<string> there = await ListVersionsAsync(cancellationToken).ConfigureAwait(false);
        return there.Count == 0
            ? $"the registry has no version of '{_model}'; register one, or say FromRegistry(...) with the name that the model has there"
            : $"the registry names no version of '{_model}' for {string.Join(", ", missing.Select(n => $"'{n}'"))}; it has {string.Join(", ", there.TakeLast(MostNamed))}: "
                + "move the alias to one of them";
    }

    private ModelRevision Revision(ModelVersion version) =>
        ModelRevision.FromFiles(VersionOf(version), version.HasFiles ? version.Digest : default, token => ReadAsync(version, token));

    private async ValueTask<ModelContent> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        try
        {
            _ = version.Manifest;
        }
        catch (ModelNotFoundException elsewhere)
        {
            throw new ModelRejectedException(elsewhere.Message, elsewhere);
        }

        if (version.Manifest.Digest != version.Digest)
        {
            throw new ModelRejectedException($"digest: expected {version.Digest}, got {version.Manifest.Digest} (the manifest of version {version.Number})");
        }

        long bytes = version.Manifest.Files.Sum(f => f.Size);
        if (bytes > MaximumBytes)
        {
            throw new ModelRejectedException($"guard: the model has {bytes} bytes; at most {MaximumBytes} are read");
        }

        List<ContentFile> files = [];
        foreach (ModelFile line in version.Manifest.Files)
        {
            files.Add(new ContentFile(line.Path, await ReadAsync(line.Path, line.Size, line.Digest, cancellationToken).ConfigureAwait(false), line.Digest));
        }

        return new ModelContent(files);
    }

    /// <summary>Reads one file; its bytes are compared with the digest by the loader, once, on the memory that is loaded.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> ReadAsync(string path, long size, Digest digest, CancellationToken cancellationToken)
    {
        Stream stream = await _blobs.OpenAsync(digest, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            if (stream.Length != size)
            {
                throw new ModelRejectedException($"digest: expected {size} bytes of '{path}', got {stream.Length}");
            }

            byte[] bytes = GC.AllocateUninitializedArray<byte>((int)size);
            await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }
    }
}
