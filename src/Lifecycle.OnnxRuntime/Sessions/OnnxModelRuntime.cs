using System.Runtime.InteropServices;
using Lifecycle.Serving;
using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>Loads ONNX models: files <c>*.onnx</c>, all data inside, from the bytes that were inspected.</summary>
public sealed class OnnxModelRuntime : IModelRuntime
{
    // The metadata by which an exporter says in which order members are the columns of a single input.
    private const string Columns = "lifecycle.columns";

    private readonly OnnxOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Makes the runtime.</summary>
    /// <param name="options">How models are loaded; null means the defaults.</param>
    /// <param name="time">Measures runs, of which long ones are stopped when they are cancelled; null means the system's time.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public OnnxModelRuntime(OnnxOptions? options = null, TimeProvider? time = null)
    {
        _options = options ?? new OnnxOptions();
        _time = time ?? TimeProvider.System;
        _options.Require();
    }

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
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(main);
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<LoadedModel>(Load(main, content.Request));
    }

    internal OnnxModel Load(ContentFile main, ModelRequest request)
    {
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
            OnnxSignature signature = OnnxSignature.Of(session, main.Bytes.Span, request.Outputs, _options);
            return new OnnxModel(new OnnxSession(session, signature), PackedColumns(session, signature), _options, _time);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static string[] PackedColumns(InferenceSession session, OnnxSignature signature)
    {
        if (!session.ModelMetadata.CustomMetadataMap.TryGetValue(Columns, out string? text))
        {
            return [];
        }

        string[] columns = text.Split(',', StringSplitOptions.TrimEntries);
        if (signature.Tensors.Inputs is not [{ Shape.Rank: 2 } input] || columns.Length != input.Shape[1]
            || columns.Contains(string.Empty) || columns.Distinct(StringComparer.Ordinal).Count() != columns.Length)
        {
            throw new ModelRejectedException(
                $"signature: the metadata {Columns} is '{text}' and the model takes {string.Join(", ", signature.Tensors.Inputs)}; it must name each column of a single input [-1,k] once");
        }

        return columns;
    }
}
