using System.Runtime.InteropServices;
using Lifecycle.Serving;
using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>Loads ONNX models: files <c>*.onnx</c>, all data inside, from the bytes that were inspected.</summary>
public sealed class OnnxModelRuntime : IModelRuntime
{
    private readonly OnnxOptions _options;

    /// <summary>Makes the runtime.</summary>
    /// <param name="options">How models are loaded; null means the defaults.</param>
    public OnnxModelRuntime(OnnxOptions? options = null) => _options = options ?? new OnnxOptions();

    /// <inheritdoc/>
    public string Platform => "onnx_onnxv1";

    /// <inheritdoc/>
    public bool Accepts(string fileName, ReadOnlySpan<byte> firstBytes)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        return fileName.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public void Inspect(ModelContent content, ContentFile main, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(main);
        cancellationToken.ThrowIfCancellationRequested();
        OnnxGuard.Inspect(main.Bytes.Span, _options.Guard);
    }

    /// <inheritdoc/>
    public ValueTask<LoadedModel> LoadAsync(ModelContent content, ContentFile main, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(main);
        cancellationToken.ThrowIfCancellationRequested();
        byte[] bytes = MemoryMarshal.TryGetArray(main.Bytes, out ArraySegment<byte> segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : main.Bytes.ToArray();
        using SessionOptions native = _options.ToNative();
        InferenceSession session;
        try
        {
            session = new InferenceSession(bytes, native);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ModelRejectedException($"load: ONNX Runtime refused '{main.Path}': {error.Message}", error);
        }

        try
        {
            return new ValueTask<LoadedModel>(new OnnxModel(session));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
