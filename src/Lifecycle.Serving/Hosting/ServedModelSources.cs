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
    public static TBuilder FromRegistry<TBuilder>(this TBuilder builder, string model, string alias = "champion")
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.SetSource(context => RegistrySource.Of(context, model, alias));
        return builder;
    }

    /// <summary>Serves a file and follows its changes.</summary>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static TBuilder FromFile<TBuilder>(this TBuilder builder, string path)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        builder.SetSource(context => new FileSource(path, context.Time) { MaximumBytes = context.Options.MaximumModelBytes });
        return builder;
    }

    /// <summary>Serves what a source of your own names.</summary>
    public static TBuilder FromSource<TBuilder>(this TBuilder builder, IModelSource source)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        builder.SetSource(_ => source);
        return builder;
    }

    /// <summary>Serves a function of the application over tensors.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="version">The stamp of its answers.</param>
    /// <param name="signature">What it takes and gives.</param>
    /// <param name="function">Reads the inputs and fills the outputs by <see cref="TensorSet.Prepare"/>; called from many threads at once.</param>
    public static TBuilder FromFunction<TBuilder>(this TBuilder builder, string version, TensorSignature signature, Action<TensorSet, TensorSet> function)
        where TBuilder : ServedModelBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.SetSource(_ => new FixedSource(ModelRevision.FromFunction(version, signature, function)));
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
}
