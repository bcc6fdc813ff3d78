using System.Runtime.InteropServices;
using Lifecycle.Serving;
using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>
/// Buffers for up to <see cref="MaximumRows"/> rows outside the managed heap, and the bindings of each row count that occurred.
/// Copy in, run, copy out: nothing is allocated. Used by one thread at a time.
/// </summary>
internal sealed unsafe class RunSlot : IDisposable
{
    /// <summary>Most rows of one bound run.</summary>
    public const int MaximumRows = 32;

    private const int Alignment = 64;

    private readonly InferenceSession _session;
    private readonly RunOptions _options;
    private readonly Buffer[] _inputs;
    private readonly Buffer[] _outputs;
    private readonly Bound?[] _bound = new Bound?[MaximumRows + 1];
    private bool _disposed;

    public RunSlot(InferenceSession session, RunOptions options, TensorSignature signature)
    {
        _session = session;
        _options = options;
        _inputs = [.. signature.Inputs.Select(s => new Buffer(s))];
        _outputs = [.. signature.Outputs.Select(s => new Buffer(s))];
    }

    ~RunSlot() => Free();

    /// <summary>The shapes of the outputs for so many rows.</summary>
    public TensorShape OutputShape(int output, int rows) => At(rows).OutputShapes[output];

    /// <summary>Runs rows of the inputs into rows of the outputs.</summary>
    /// <param name="inputs">All inputs.</param>
    /// <param name="outputs">All outputs, with room.</param>
    /// <param name="first">First row; 0 when the model has fixed dimensions.</param>
    /// <param name="rows">How many; 0 when the model has fixed dimensions.</param>
    public void Run(TensorSet inputs, TensorSet outputs, int first, int rows)
    {
        Bound bound = At(rows);
        foreach (ref readonly Buffer buffer in _inputs.AsSpan())
        {
            inputs.TryGet(buffer.Spec.Name, out TensorValue? value);
            value!.Raw.Slice((int)(first * buffer.RowBytes), (int)buffer.Bytes(rows)).CopyTo(new Span<byte>(buffer.Pointer, (int)buffer.Bytes(rows)));
        }

        _session.RunWithBinding(_options, bound.Binding);
        foreach (ref readonly Buffer buffer in _outputs.AsSpan())
        {
            outputs.TryGet(buffer.Spec.Name, out TensorValue? value);
            new ReadOnlySpan<byte>(buffer.Pointer, (int)buffer.Bytes(rows)).CopyTo(value!.Raw[(int)(first * buffer.RowBytes)..]);
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            foreach (Bound? bound in _bound)
            {
                bound?.Dispose();
            }

            Free();
            GC.SuppressFinalize(this);
        }
    }

    private Bound At(int rows) => _bound[rows] ??= new Bound(_session, _inputs, _outputs, rows);

    private void Free()
    {
        foreach (Buffer buffer in (Buffer[])[.. _inputs ?? [], .. _outputs ?? []])
        {
            NativeMemory.AlignedFree(buffer.Pointer);
        }
    }

    private readonly struct Buffer
    {
        public Buffer(TensorSpec spec)
        {
            Spec = spec;
            IsRows = spec.Shape.Rank > 0 && spec.Shape[0] == -1;
            RowBytes = spec.Type.Size();
            foreach (long dimension in IsRows ? spec.Shape.Dimensions[1..] : spec.Shape.Dimensions)
            {
                RowBytes = checked(RowBytes * dimension);
            }

            Pointer = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, checked(RowBytes * (IsRows ? MaximumRows : 1))), Alignment);
        }

        public TensorSpec Spec { get; }

        public bool IsRows { get; }

        public long RowBytes { get; }

        public byte* Pointer { get; }

        public long Bytes(int rows) => IsRows ? RowBytes * rows : RowBytes;
    }

    private sealed class Bound : IDisposable
    {
        private readonly List<OrtValue> _values = [];

        public Bound(InferenceSession session, Buffer[] inputs, Buffer[] outputs, int rows)
        {
            Binding = session.CreateIoBinding();
            foreach (Buffer input in inputs)
            {
                Binding.BindInput(input.Spec.Name, Value(input, rows));
            }

            OutputShapes = new TensorShape[outputs.Length];
            for (int i = 0; i < outputs.Length; i++)
            {
                Binding.BindOutput(outputs[i].Spec.Name, Value(outputs[i], rows));
                OutputShapes[i] = outputs[i].IsRows ? outputs[i].Spec.Shape.WithRows(rows) : outputs[i].Spec.Shape;
            }
        }

        public OrtIoBinding Binding { get; }

        public TensorShape[] OutputShapes { get; }

        public void Dispose()
        {
            Binding.Dispose();
            foreach (OrtValue value in _values)
            {
                value.Dispose();
            }
        }

        private OrtValue Value(Buffer buffer, int rows)
        {
            long[] shape = [.. buffer.IsRows ? buffer.Spec.Shape.WithRows(rows) : buffer.Spec.Shape];
            OrtValue value = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, OnnxTypes.ToNative(buffer.Spec.Type), shape, (IntPtr)buffer.Pointer, buffer.Bytes(rows));
            _values.Add(value);
            return value;
        }
    }
}
