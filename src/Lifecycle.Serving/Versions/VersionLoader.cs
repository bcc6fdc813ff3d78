using System.Diagnostics;

namespace Lifecycle.Serving;

/// <summary>
/// The way of a version from found to ready, each step before any later one: read, digest, inspect, load from the same bytes, bind, warm up, compare signatures.
/// One load at a time in a process: initialising native sessions side by side is not safe.
/// </summary>
internal sealed class VersionLoader(string model, ModelBinding? binding, bool allowSignatureChange, HostContext context)
{
    private const int HeadBytes = 64;
    private const int WarmRuns = 3;

    private static readonly SemaphoreSlim Gate = new(1, 1);

    /// <summary>Brings a revision to where it only needs to be published.</summary>
    /// <param name="revision">What the source named.</param>
    /// <param name="record">Follows the states.</param>
    /// <param name="old">The signature that must be kept; null when nothing serves.</param>
    /// <param name="drained">Is called when the version was disposed.</param>
    /// <param name="cancellationToken">Stops the load.</param>
    /// <exception cref="ModelRejectedException">The version must not be served.</exception>
    public async ValueTask<ServedVersion> LoadAsync(
        ModelRevision revision, VersionRecord record, TensorSignature? old, Action<ServedVersion> drained, CancellationToken cancellationToken)
    {
        using Activity? activity = ServingMeter.Source.StartActivity($"load {model}");
        activity?.SetTag("lifecycle.model.version", revision.Version);
        await Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        LoadedModel? loaded = null;
        try
        {
            record.Set(VersionState.Verifying);
            string platform;
            if (revision.Make is { } make)
            {
                (loaded, platform) = (make(), "function");
            }
            else
            {
                ModelContent content = await revision.Read!(cancellationToken).ConfigureAwait(false);
                Verify(content);
                (IModelRuntime runtime, ContentFile main) = Choose(content);
                runtime.Inspect(content, main, cancellationToken);
                record.Set(VersionState.Loading);
                (loaded, platform) = (await runtime.LoadAsync(content, main, cancellationToken).ConfigureAwait(false), runtime.Platform);
            }

            object? typed = binding?.Bind(loaded, platform);
            record.Set(VersionState.Warming);
            Warm(loaded, typed, cancellationToken);
            if (!allowSignatureChange && old is not null && loaded.Signature.WhyNotInPlaceOf(old) is { } why)
            {
                throw new ModelRejectedException($"signature: {why}");
            }

            ServedVersion version = new(revision.Version, loaded, typed, platform, drained);
            loaded = null;
            return version;
        }
        finally
        {
            loaded?.Dispose();
            Gate.Release();
        }
    }

    private void Verify(ModelContent content)
    {
        long bytes = content.Files.Sum(f => (long)f.Bytes.Length);
        if (bytes > context.Options.MaximumModelBytes)
        {
            throw new ModelRejectedException($"guard: the model has {bytes} bytes; ServingOptions.MaximumModelBytes is {context.Options.MaximumModelBytes}");
        }

        foreach (ContentFile file in content.Files)
        {
            if (file.Expected is { } expected)
            {
                Digest actual = Digest.Of(file.Bytes.Span);
                if (actual != expected)
                {
                    throw new ModelRejectedException($"digest: expected {expected}, got {actual} ('{file.Path}')");
                }
            }
        }
    }

    private (IModelRuntime Runtime, ContentFile Main) Choose(ModelContent content)
    {
        foreach (ContentFile file in content.Files.OrderBy(f => f.Path.Count(c => c == '/')).ThenBy(f => f.Path, StringComparer.Ordinal))
        {
            string name = file.Path[(file.Path.LastIndexOf('/') + 1)..];
            ReadOnlySpan<byte> head = file.Bytes.Span[..Math.Min(HeadBytes, file.Bytes.Length)];
            foreach (IModelRuntime runtime in context.Runtimes)
            {
                if (runtime.Accepts(name, head))
                {
                    return (runtime, file);
                }
            }
        }

        throw new ModelRejectedException(NoRuntime(content));
    }

    private string NoRuntime(ModelContent content)
    {
        string? path = content.Files.Select(f => f.Path).FirstOrDefault(
            p => p.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || p.EndsWith(".zip", StringComparison.OrdinalIgnoreCase));
        string advice = path switch
        {
            null => "a model is a file 'model.zip' (ML.NET) or 'model.onnx'",
            _ when path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) => "add the package Lifecycle.OnnxRuntime and call UseOnnxRuntime()",
            _ => "add the package Lifecycle.MLNet and call UseMLNet()",
        };
        string loaded = context.Runtimes.Count == 0 ? "there is none" : string.Join(", ", context.Runtimes.Select(r => r.Platform));
        return $"no runtime accepts '{path ?? (content.Files.Count > 0 ? content.Files[0].Path : "a model without files")}' ({loaded}): {advice}";
    }

    /// <summary>Runs one row of zeros and empty texts, so that the first caller does not pay for what is made lazily.</summary>
    private static void Warm(LoadedModel loaded, object? typed, ModelBinding? binding, CancellationToken cancellationToken)
    {
        if (typed is not null)
        {
            binding!.Warm(typed);
        }

        if (loaded.Signature.IsEmpty)
        {
            return;
        }

        using TensorSet inputs = new();
        foreach (TensorSpec spec in loaded.Signature.Inputs)
        {
            TensorShape shape = TensorShape.Create([.. spec.Shape.Select(d => d < 0 ? 1 : d)]);
            TensorValue value = inputs.Prepare(spec.Name, spec.Type, shape);
            value.Raw.Clear();
            if (spec.Type == TensorElementType.Bytes)
            {
                value.Texts.Clear();
            }
        }

        using TensorSet outputs = new();
        for (int i = 0; i < WarmRuns; i++)
        {
            loaded.Run(inputs, outputs, cancellationToken);
        }
    }

    private void Warm(LoadedModel loaded, object? typed, CancellationToken cancellationToken) => Warm(loaded, typed, binding, cancellationToken);
}
