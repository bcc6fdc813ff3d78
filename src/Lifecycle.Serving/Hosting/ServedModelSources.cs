using Lifecycle.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.Serving;

/// <summary>Where a served model comes from, and what may change.</summary>
public static class ServedModelSources
{
    /// <summary>Serves the version to which an alias of the registry points, and follows the alias.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="model">Name in the registry; null means the name under which it is served.</param>
    /// <param name="alias">For example <c>champion</c>.</param>
    /// <exception cref="InvalidOperationException">The model has another source already.</exception>
    public static TBuilder FromRegistry<TBuilder>(this TBuilder builder, string model, string alias = "champion")
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.SetSource($"FromRegistry(\"{model}\")", context => RegistrySource.Of(context, model, alias), alias);
        return builder;
    }

    /// <summary>
    /// Serves a file and follows its changes. The version is the first 12 hex digits of its digest. <c>&lt;file&gt;.sha256</c> beside it says the digest that it
    /// must have, <c>&lt;file&gt;.golden.jsonl</c> its golden examples.
    /// </summary>
    /// <param name="builder">The model.</param>
    /// <param name="path">The file.</param>
    /// <param name="configure">Says how it is looked at.</param>
    /// <exception cref="ArgumentException">The path is empty or not of this machine.</exception>
    /// <exception cref="InvalidOperationException">The model has another source already.</exception>
    public static TBuilder FromFile<TBuilder>(this TBuilder builder, string path, Action<FileSourceOptions>? configure = null)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        string full = LocalPath.Of(path);
        string name = builder.Name;
        builder.SetSource($"FromFile(\"{path}\")", context => new FileSource(full, Options(context, name, configure), context.Time), ModelOffer.Latest);
        return builder;
    }

    /// <summary>
    /// Serves versions in a folder and follows them: <c>&lt;root&gt;/&lt;version&gt;/model.onnx</c> or <c>model.zip</c>, where all files of that folder belong to
    /// the model (<c>golden.jsonl</c>, <c>model.onnx.sha256</c>), or <c>&lt;root&gt;/&lt;version&gt;.onnx</c> or <c>.zip</c>. The latest is called <c>latest</c>.
    /// </summary>
    /// <param name="builder">The model.</param>
    /// <param name="path">The folder.</param>
    /// <param name="policy">Which versions; null means the latest one.</param>
    /// <param name="configure">Says how they are looked at.</param>
    /// <exception cref="ArgumentException">The path is empty or not of this machine.</exception>
    /// <exception cref="InvalidOperationException">The model has another source already.</exception>
    public static TBuilder FromFolder<TBuilder>(
        this TBuilder builder, string path, VersionPolicy? policy = null, Action<FileSourceOptions>? configure = null)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.FollowFolder($"FromFolder(\"{path}\")", path, policy, configure);
    }

    /// <summary>
    /// Serves the folder in which the platform of a container puts the files of its model: the one that <c>AIP_STORAGE_URI</c> names (Vertex AI), else
    /// <c>/opt/ml/model</c> (SageMaker). What lies there is read as by <see cref="FromFolder"/>: <c>model.onnx</c>, or folders of versions.
    /// </summary>
    /// <param name="builder">The model.</param>
    /// <param name="policy">Which versions; null means the latest one.</param>
    /// <param name="configure">Says how they are looked at.</param>
    /// <exception cref="LifecycleException"><c>AIP_STORAGE_URI</c> names a bucket; the message says what to do.</exception>
    /// <exception cref="InvalidOperationException">The model has another source already.</exception>
    public static TBuilder FromContainer<TBuilder>(this TBuilder builder, VersionPolicy? policy = null, Action<FileSourceOptions>? configure = null)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.FollowFolder("FromContainer()", ContainerFolder.Of(Environment.GetEnvironmentVariable), policy, configure);
    }

    /// <summary>Serves what a source of your own names.</summary>
    /// <exception cref="InvalidOperationException">The model has another source already.</exception>
    public static TBuilder FromSource<TBuilder>(this TBuilder builder, IModelSource source)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        builder.SetSource($"FromSource({source.GetType().Name})", _ => source, ModelOffer.Latest);
        return builder;
    }

    /// <summary>
    /// Serves a function of the application over tensors. Said again, it adds another version; the last one is also called <c>latest</c>.
    /// </summary>
    /// <param name="builder">The model.</param>
    /// <param name="version">The stamp of its answers; keeps the rule of <see cref="ResourceName"/>.</param>
    /// <param name="signature">What it takes and gives.</param>
    /// <param name="function">Reads the inputs and fills the outputs by <see cref="TensorSet.Prepare(string, TensorElementType, ReadOnlySpan{long})"/>; called from many threads at once.</param>
    /// <exception cref="InvalidOperationException">The model has a function of this version, or another source.</exception>
    public static TBuilder FromFunction<TBuilder>(this TBuilder builder, string version, TensorSignature signature, Action<TensorSet, TensorSet> function)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddFunction(ModelRevision.FromFunction(version, signature, function));
        return builder;
    }

    /// <summary>Lets a new version replace the old one although its inputs or outputs differ.</summary>
    public static TBuilder AllowSignatureChange<TBuilder>(this TBuilder builder)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.SignatureMayChange = true;
        return builder;
    }

    /// <summary>Lets the host count as ready while this model is not.</summary>
    public static TBuilder Optional<TBuilder>(this TBuilder builder)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Optional = true;
        return builder;
    }

    private static TBuilder FollowFolder<TBuilder>(
        this TBuilder builder, string said, string path, VersionPolicy? policy, Action<FileSourceOptions>? configure)
        where TBuilder : ServedModelBuilder
    {
        string full = LocalPath.Of(path), name = builder.Name;
        builder.SetSource(said, context => new FolderSource(full, policy, Options(context, name, configure), context.Time), ModelOffer.Latest);
        return builder;
    }

    private static FileSourceOptions Options(HostContext context, string model, Action<FileSourceOptions>? configure)
    {
        FileSourceOptions options = new() { MaximumBytes = context.Options.MaximumModelBytes };
        options.Problem = problem => SourceLog.PassedOver(context.Logger, model, problem);
        configure?.Invoke(options);
        return options;
    }
}
