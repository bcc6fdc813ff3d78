using System.Diagnostics;

namespace Lifecycle.Serving;

/// <summary>
/// The way of a version from found to ready, each step before any later one: read, digest, inspect, load from the same bytes, bind, warm up, compare signatures.
/// One load at a time in a process, from the inspection on: initialising native sessions side by side is not safe. Reading comes before, so that a source
/// that hangs holds up its own model only.
/// </summary>
internal sealed class VersionLoader(ServedModelPlan plan, HostContext context)
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
        using Activity? activity = ServingMeter.Source.StartActivity($"load {plan.Name}");
        activity?.SetTag("lifecycle.model.version", revision.Version);
        record.Set(VersionState.Verifying);
        ModelContent? content = null;
        if (revision.Read is { } read)
        {
            ModelContent files = await read(cancellationToken).ConfigureAwait(false);
            Verify(files);
            content = new(files.Files) { Request = plan.Request };
        }

        await Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await BringUpAsync(revision, content, record, old, drained, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>Why a model cannot take the place of one with this signature; null when it can, or when signatures may change.</summary>
    public string? WhyNotInPlaceOf(TensorSignature? old, LoadedModel model) =>
        plan.AllowSignatureChange || old is null ? null : model.Signature.WhyNotInPlaceOf(old);

    private async ValueTask<ServedVersion> BringUpAsync(
        ModelRevision revision, ModelContent? content, VersionRecord record, TensorSignature? old, Action<ServedVersion> drained, CancellationToken cancellationToken)
    {
        string platform = "function";
        GoldenExamples golden = GoldenExamples.None;
        LoadedModel model;
        if (content is null)
        {
            model = revision.Make!();
        }
        else
        {
            (IModelRuntime runtime, ContentFile main) = Choose(content);
            runtime.Inspect(content, main, cancellationToken);
            golden = GoldenExamples.Of(content);
            record.Set(VersionState.Loading);
            (model, platform) = (await runtime.LoadAsync(content, main, cancellationToken).ConfigureAwait(false), runtime.Platform);
        }

        // It is the version's from here on, also when the types do not fit.
        ServedVersion made = Wrap(revision.Version, model, platform, drained);
        try
        {
            CheckLog(model);
            record.Set(VersionState.Warming);
            Warm(made, golden, cancellationToken);
            if (WhyNotInPlaceOf(old, made.Model) is { } why)
            {
                throw new ModelRejectedException($"signature: {why}");
            }

            // Nobody waits any more for what comes after the stop.
            cancellationToken.ThrowIfCancellationRequested();
            return made;
        }
        catch
        {
            await DiscardAsync(made).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Frees a version that does not come to serve. That it cannot be freed is logged: what matters is why it does not serve.</summary>
    public async ValueTask DiscardAsync(ServedVersion version)
    {
        try
        {
            await version.DiscardAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            ServingLog.DisposeFailed(context.Logger, error, plan.Name, version.Version);
        }
    }

    /// <summary>A version of a loaded model, bound to the types, with its stages and its queue. It owns the model, also when this throws.</summary>
    /// <exception cref="ModelRejectedException">The types do not fit the model.</exception>
    public ServedVersion Wrap(string version, LoadedModel loaded, string platform, Action<ServedVersion> drained)
    {
        PredictionOrigin origin = new(plan.Name, version);
        LoadedModel model = loaded;
        try
        {
            model = plan.Stages.Count == 0 ? loaded : new StagedModel(loaded, origin, plan.Stages);
            (TypedModel? typed, model) = plan.Binding is { } binding ? binding.Bind(model, platform, origin, plan) : (null, model);
            return new ServedVersion(version, model, typed, platform, drained, served => new VersionRunner(
                plan.Name, version, model, plan.Admission, plan.Batching, served.Counters, context.Time, () => served.RunningInline))
            {
                BatchRows = model.RowsAreBatched && plan.Batching.Enabled ? plan.Batching.MaxBatchRows : 0,
            };
        }
        catch
        {
            try
            {
                model.Dispose();
            }
            catch (Exception error)
            {
                ServingLog.DisposeFailed(context.Logger, error, plan.Name, version);
            }

            throw;
        }
    }

    /// <summary>A redacted column that a new version does not have would be logged in the clear under another name.</summary>
    private void CheckLog(LoadedModel model)
    {
        if (plan.Log is not { } log)
        {
            return;
        }

        if (model.Signature.IsEmpty)
        {
            throw new ModelRejectedException("log: the model takes no tensors, so its inferences cannot be logged; take LogInferences(...) out, or serve types that are columns");
        }

        try
        {
            log.Options.Check(plan.Name, model.Signature, plan.Binding?.MembersBeside(model));
        }
        catch (LifecycleException error)
        {
            throw new ModelRejectedException($"log: {Phrase.Of(error.Message)}", error);
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

    /// <summary>
    /// Runs golden examples, or rows of zeros and empty texts, so that the first caller does not pay for what is made lazily; what a run takes tells the queue
    /// how long calls will wait.
    /// </summary>
    private void Warm(ServedVersion version, GoldenExamples golden, CancellationToken cancellationToken)
    {
        version.Typed?.Warm();
        LoadedModel model = version.Model;
        if (model.Signature.IsEmpty || (golden.IsEmpty && !model.TakesMadeUpRows))
        {
            return;
        }

        long started = 0;
        if (golden.IsEmpty)
        {
            for (int i = 0; i < WarmRuns; i++)
            {
                started = context.Time.GetTimestamp();
                Zeros(model, 1, cancellationToken);
            }
        }
        else
        {
            golden.Check(model, cancellationToken);
            started = context.Time.GetTimestamp();
            golden.Check(model, cancellationToken, most: 1);
        }

        version.Runner.Seed(context.Time.GetElapsedTime(started));
        if (model.RowsAreBatched && plan.Batching.Enabled)
        {
            Zeros(model, plan.Batching.MaxBatchRows, cancellationToken);
        }
    }

    private static void Zeros(LoadedModel model, int rows, CancellationToken cancellationToken)
    {
        using TensorSet inputs = new();
        foreach (TensorSpec spec in model.Signature.Inputs)
        {
            TensorShape shape = TensorShape.Create([.. spec.Shape.Select((d, i) => d >= 0 ? d : i == 0 ? rows : 1)]);
            TensorValue value = inputs.Prepare(spec.Name, spec.Type, shape);
            value.Raw.Clear();
            if (spec.Type == TensorElementType.Bytes)
            {
                value.Texts.Clear();
            }
        }

        using TensorSet outputs = new();
        model.Run(inputs, outputs, cancellationToken);
    }
}
