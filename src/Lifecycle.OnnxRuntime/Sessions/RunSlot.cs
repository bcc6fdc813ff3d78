using System.Runtime.InteropServices;
using Lifecycle.Serving;
using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>
/// What one run needs for itself: its options, buffers outside the managed heap, and the bindings of each row count that occurred.
/// Copy in, run, copy out: nothing is allocated. Rows for which nothing can be bound are run without. Used by one thread at a time.
/// </summary>
internal sealed unsafe class RunSlot : IDisposable
{
    private const int Alignment = 64;

    private readonly OnnxSession _session;
    private readonly int _boundRows;
    private readonly bool _hasRows;
    private readonly Bound?[] _bound;
    private Buffer[] _inputs = [];
    private Buffer[] _outputs = [];
    private bool _disposed;

    public RunSlot(OnnxSession session)
    {
        session.Enter();
        _session = session;
        _boundRows = session.Signature.BoundRows;
        _hasRows = session.Signature.HasRows;
        _bound = new Bound?[_boundRows + 1];
        Control = new RunControl();
    }

    ~RunSlot() => Free();

    public RunControl Control { get; }

    /// <summary>Runs rows of the inputs into rows of the outputs.</summary>
    /// <param name="inputs">All inputs.</param>
    /// <param name="outputs">All outputs, with room if their sizes are known.</param>
    /// <param name="rows">Which rows.</param>
    public void Run(TensorSet inputs, TensorSet outputs, RowRange rows)
    {
        int count = rows.IsWhole ? Math.Min(_boundRows, 1) : rows.Count;
        if (count > _boundRows || count == 0)
        {
            OpenRun.Run(_session, Control.Options, inputs, outputs, rows);
            return;
        }

        Bound bound = _bound[count] ?? Bind(count);
        foreach (ref readonly Buffer buffer in _inputs.AsSpan())
        {
            inputs.TryGet(buffer.Spec.Name, out TensorValue? value);
            rows.Bytes(value!).CopyTo(buffer.Bytes(count));
        }

        _session.Native.RunWithBinding(Control.Options, bound.Binding);
        foreach (ref readonly Buffer buffer in _outputs.AsSpan())
        {
            outputs.TryGet(buffer.Spec.Name, out TensorValue? value);
            buffer.Bytes(count).CopyTo(rows.Bytes(value!));
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Unbind();
            Control.Dispose();
            GC.SuppressFinalize(this);
            _session.Dispose();
        }
    }

    private Bound Bind(int rows)
    {
        if (_inputs.Length == 0)
        {
            // Memory that no run of so many rows touches costs nothing but addresses.
            _outputs = Buffers(_session.Signature.Tensors.Outputs);
            _inputs = Buffers(_session.Signature.Tensors.Inputs);
        }

        return _bound[rows] = new Bound(_session.Native, _inputs, _outputs, rows);
    }

    private Buffer[] Buffers(IReadOnlyList<TensorSpec> specs) => [.. specs.Select(s => new Buffer(s, _hasRows, _boundRows))];

    private void Unbind()
    {
        foreach (Bound? bound in _bound)
        {
            bound?.Dispose();
        }

        Free();
    }

    private void Free()
    {
        foreach (Buffer buffer in _inputs)
        {
            NativeMemory.AlignedFree(buffer.Pointer);
        }

        foreach (Buffer buffer in _outputs)
        {
            NativeMemory.AlignedFree(buffer.Pointer);
        }
    }

    private readonly struct Buffer
    {
        public Buffer(TensorSpec spec, bool hasRows, int rows)
        {
            Spec = spec;
            HasRows = hasRows;
            RowBytes = spec.Type.Size();
            foreach (long dimension in spec.Shape.Dimensions[(hasRows ? 1 : 0)..])
            {
                RowBytes = checked(RowBytes * (int)dimension);
            }

            Pointer = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, RowBytes * rows), Alignment);
        }

        public TensorSpec Spec { get; }

        public bool HasRows { get; }

        public int RowBytes { get; }

        public byte* Pointer { get; }

        public Span<byte> Bytes(int rows) => new(Pointer, RowBytes * rows);
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

            foreach (Buffer output in outputs)
            {
                Binding.BindOutput(output.Spec.Name, Value(output, rows));
            }
        }

        public OrtIoBinding Binding { get; }

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
            long[] shape = [.. buffer.HasRows ? buffer.Spec.Shape.WithRows(rows) : buffer.Spec.Shape];
            OrtValue value = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, OnnxTypes.ToNative(buffer.Spec.Type), shape, (IntPtr)buffer.Pointer, buffer.Bytes(rows).Length);
            _values.Add(value);
            return value;
        }
    }
}
