using Lifecycle.Serving;
using Microsoft.ML;

namespace Lifecycle.MLNet;

/// <summary>Loads models that ML.NET saved: files <c>*.zip</c>, from the bytes that were inspected.</summary>
public sealed class MLNetModelRuntime : IModelRuntime
{
    private readonly MLNetServingOptions _options;
    private readonly MLContext _context;

    /// <summary>Makes the runtime.</summary>
    /// <param name="options">How models are loaded; null means the defaults.</param>
    /// <param name="context">Loads the models; null means one of its own. Give yours when models name components that you registered in its catalog.</param>
    public MLNetModelRuntime(MLNetServingOptions? options = null, MLContext? context = null)
    {
        _options = options ?? new MLNetServingOptions();
        _context = context ?? new MLContext();
    }

    /// <inheritdoc/>
    public string Platform => "mlnet_zip";

    /// <inheritdoc/>
    public bool Accepts(string fileName, ReadOnlySpan<byte> firstBytes)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        return fileName.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public void Inspect(ModelContent content, ContentFile main, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(main);
        ModelZipGuard.Inspect(main.Bytes, _options.Guard, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<LoadedModel> LoadAsync(ModelContent content, ContentFile main, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(main);
        cancellationToken.ThrowIfCancellationRequested();
        ITransformer transformer;
        DataViewSchema? schema;
        try
        {
            using MemoryStream stream = ModelZipGuard.Stream(main.Bytes);
            transformer = _context.Model.Load(stream, out schema);
        }
        catch (Exception error) when (IsOfTheModel(error.GetBaseException()))
        {
            throw new ModelRejectedException(
                $"load: ML.NET refused '{main.Path}': {error.GetBaseException().Message.TrimEnd('.')} (a model of FastTree or LightGBM needs the package of its trainer)", error);
        }

        try
        {
            return new ValueTask<LoadedModel>(new MLNetModel(_context, transformer, schema, content.Request));
        }
        catch
        {
            (transformer as IDisposable)?.Dispose();
            throw;
        }
    }

    /// <summary>ML.NET throws whatever its parsers ran into; only the disk it unpacks to, memory and cancellation can do better next time.</summary>
    private static bool IsOfTheModel(Exception error) => error switch
    {
        EndOfStreamException or FileNotFoundException or FileLoadException => true,
        IOException or UnauthorizedAccessException or OutOfMemoryException or OperationCanceledException => false,
        _ => true,
    };
}
