using Lifecycle.Tracking;
using Microsoft.ML;

namespace Lifecycle.MLNet;

/// <summary>ML.NET models in and out of the artifact store.</summary>
public static class ModelArtifactExtensions
{
    /// <summary>
    /// Logs a fitted pipeline as a model of the run: <c>model.zip</c>, written so that the same model always has the same digest, <c>schema.json</c> and MLflow's
    /// <c>MLmodel</c>. A pipeline that was fitted through <c>TrackWith(run)</c> is logged already: with the same columns, the name <c>model</c> and no export it
    /// gives that artifact. All or nothing.
    /// </summary>
    /// <param name="run">The run that made it.</param>
    /// <param name="context">The context that made it.</param>
    /// <param name="transformer">The fitted pipeline.</param>
    /// <param name="schema">The columns that go in, without the label.</param>
    /// <param name="name">What the run calls it.</param>
    /// <param name="onnx">
    /// The same model as ONNX, made by <c>mlContext.Model.ConvertToOnnx</c> of Microsoft.ML.OnnxConverter; with it MLflow's Python finds the flavours <c>onnx</c> and
    /// <c>python_function</c>.
    /// </param>
    /// <param name="cancellationToken">Cancelling logs nothing.</param>
    /// <exception cref="LifecycleException"><paramref name="onnx"/> is no ONNX model.</exception>
    public static async ValueTask<ModelArtifact> LogModelAsync(
        this Run run, MLContext context, ITransformer transformer, DataViewSchema schema, string name = TrackedModels.Name, ReadOnlyMemory<byte> onnx = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(transformer);
        ArgumentNullException.ThrowIfNull(schema);
        return TrackedModels.Find(run, transformer) is { } saved && name == TrackedModels.Name && onnx.IsEmpty && saved.Takes(schema)
            ? await saved.Artifact.WaitAsync(cancellationToken).ConfigureAwait(false)
            : await MLNetModelFiles.LogAsync(run, context, transformer, schema, name, onnx, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The model that <c>TrackWith(run)</c> saves in the background of a fit, as soon as it is there.</summary>
    /// <param name="run">The run.</param>
    /// <param name="transformer">What the fit gave.</param>
    /// <param name="cancellationToken">Cancels the waiting, not the saving.</param>
    /// <exception cref="InvalidOperationException">The transformer was not fitted through <c>TrackWith(run)</c>, or with <c>model: false</c>.</exception>
    public static async ValueTask<ModelArtifact> LogModelAsync(this Run run, ITransformer transformer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(transformer);
        SavedModel saved = TrackedModels.Find(run, transformer) ?? throw new InvalidOperationException(
            $"The run {run.Id} did not save this transformer: it was not fitted through TrackWith(run), or with model: false. Use run.LogModelAsync(mlContext, transformer, schema).");
        return await saved.Artifact.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Loads a model that was logged or registered; its bytes are checked against its digest first.</summary>
    /// <param name="context">The context to load into.</param>
    /// <param name="manifest">The files: <c>artifact.Manifest</c> or <c>version.Manifest</c>.</param>
    /// <param name="blobs">Where the bytes are.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The pipeline and the columns that go in.</returns>
    /// <exception cref="LifecycleException">The manifest has no <c>model.zip</c>.</exception>
    /// <exception cref="BlobCorruptedException">The bytes are damaged.</exception>
    public static async Task<(ITransformer Transformer, DataViewSchema Schema)> LoadModelAsync(
        this MLContext context, ModelManifest manifest, IBlobStore blobs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(blobs);
        ModelFile file = manifest.Find(MLNetModelFiles.Model)
            ?? throw new LifecycleException($"The model {manifest.Digest} has no {MLNetModelFiles.Model}; its files are {string.Join(", ", manifest.Files.Select(f => f.Path))}.");
        Stream stored = await blobs.OpenAsync(file.Digest, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (stored.ConfigureAwait(false))
        {
            // All of it first: nothing foreign reads a byte before the whole fits its digest.
            using MemoryStream checkedBytes = new();
            await stored.CopyToAsync(checkedBytes, cancellationToken).ConfigureAwait(false);
            checkedBytes.Position = 0;
            ITransformer transformer = context.Model.Load(checkedBytes, out DataViewSchema schema);
            return (transformer, schema);
        }
    }
}
