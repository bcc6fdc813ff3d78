using System.Runtime.CompilerServices;
using Lifecycle.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.Serving;

/// <summary>
/// The version to which an alias of the registry points. A moved alias is seen at once in the process that moved it and within about a second in others.
/// The files are those of the version's manifest, checked against it, and the manifest against the version's digest.
/// </summary>
public sealed class RegistrySource : IModelSource
{
    private readonly ModelRegistry _registry;
    private readonly IBlobStore _blobs;
    private readonly string _model;
    private readonly string _alias;

    /// <summary>Makes a source.</summary>
    /// <param name="registry">Resolves the alias.</param>
    /// <param name="blobs">Holds the files.</param>
    /// <param name="model">Name in the registry.</param>
    /// <param name="alias">For example <c>champion</c>.</param>
    public RegistrySource(ModelRegistry registry, IBlobStore blobs, string model, string alias)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(alias);
        _registry = registry;
        _blobs = blobs;
        _model = model;
        _alias = alias;
    }

    /// <summary>Largest model that is read, in bytes, all files together. 2 GiB - 1 by default.</summary>
    public long MaximumBytes { get; init; } = int.MaxValue;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ModelRevision?> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (AliasPeriod? period in _registry.WatchAsync(_model, _alias, cancellationToken).ConfigureAwait(false))
        {
            // A version that was deleted since the alias moved is none: the alias moves on or away, and the watch says so.
            ModelVersion? version = period?.Version is { } number
                ? await _registry.GetVersionAsync(_model, number, cancellationToken).ConfigureAwait(false)
                : null;
            yield return version is null ? null : Revision(version);
        }
    }

    internal static RegistrySource Of(HostContext context, string model, string alias) => new(
        Required<ModelRegistry>(context, model), Required<IBlobStore>(context, model), model, alias)
    {
        MaximumBytes = context.Options.MaximumModelBytes,
    };

    private static T Required<T>(HostContext context, string model)
        where T : class => context.Services.GetService<T>() ?? throw new LifecycleException(
            $"The model '{model}' comes from the registry and there is no {typeof(T).Name}: call UseLocalStorage(...) and AddTracking() on the builder, "
            + "or UseRegistry(registry, blobs) on a host without container, or give the model another source.");

    private ModelRevision Revision(ModelVersion version) => ModelRevision.FromFiles(
        version.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), version.HasFiles ? version.Digest : default, token => ReadAsync(version, token));

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
