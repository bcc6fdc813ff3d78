using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

/// <summary>How the rows of a request become the inputs of a model: for each input its dimensions within one row.</summary>
internal sealed class RowPlan
{
    private readonly long[][] _dimensions;
    private readonly byte[][] _names;
    private readonly int[] _counts;
    private readonly TensorValue[] _values;

    /// <summary>Makes a plan.</summary>
    /// <exception cref="InferenceWireException">501: an input of the model has no rows.</exception>
    public RowPlan(TensorSignature signature)
    {
        Inputs = signature.Inputs;
        _dimensions = new long[Inputs.Count][];
        _names = [.. Inputs.Select(i => Encoding.UTF8.GetBytes(i.Name))];
        _counts = new int[Inputs.Count];
        _values = new TensorValue[Inputs.Count];
        if (Inputs.Count == 0)
        {
            throw InferenceWireException.Unsupported("The model has no inputs that rows could fill; call it by its typed endpoint.");
        }

        for (int i = 0; i < Inputs.Count; i++)
        {
            TensorShape shape = Inputs[i].Shape;
            if (shape.Rank == 0 || shape[0] != -1)
            {
                throw InferenceWireException.Unsupported($"The input {Inputs[i]} of the model has no rows; call the model by the Open Inference Protocol.");
            }

            _dimensions[i] = shape.Dimensions[1..].ToArray();
        }
    }

    public IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>Whether an input has sizes within a row that only the rows can tell.</summary>
    public bool IsOpen => _dimensions.Any(d => d.Contains(-1));

    /// <summary>Dimensions of one row of an input.</summary>
    public Span<long> Dimensions(int input) => _dimensions[input];

    /// <summary>Elements of one row of an input.</summary>
    public int Count(int input) => _counts[input];

    /// <summary>Where the elements of an input go.</summary>
    public TensorValue Value(int input) => _values[input];

    /// <summary>Place of an input by its name; -1 when there is none.</summary>
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < Inputs.Count; i++)
        {
            if (name.SequenceEqual(_names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Makes room for so many rows. Sizes that are still open become 0.</summary>
    /// <exception cref="InferenceWireException">400: too many rows or elements.</exception>
    public void Prepare(InferenceRequest request, int rows, OpenInferenceOptions options)
    {
        CheckRows(rows, options);
        UInt128 total = 0;
        for (int i = 0; i < Inputs.Count; i++)
        {
            long[] dimensions = _dimensions[i];
            UInt128 count = 1;
            for (int d = 0; d < dimensions.Length; d++)
            {
                dimensions[d] = Math.Max(0, dimensions[d]);
                count = Capped(count * (ulong)dimensions[d]);
            }

            total += Capped(count * (ulong)rows);
            if (total > (UInt128)options.MaxElements)
            {
                throw InferenceWireException.Bad($"The {rows} rows make more than {options.MaxElements} elements in one request; send fewer rows.");
            }

            // With no rows the elements of a row do not count.
            _counts[i] = (int)UInt128.Min(count, int.MaxValue);
        }

        for (int i = 0; i < Inputs.Count; i++)
        {
            TensorValue value = request.NextValue();
            value.Reshape(Inputs[i].Type, TensorShape.Create([rows, .. _dimensions[i]]));
            if (!request.AddInput(Inputs[i].Name))
            {
                throw new InvalidOperationException($"The signature has the input '{Inputs[i].Name}' twice.");
            }

            _values[i] = value;
        }
    }

    /// <summary>Refuses more rows than a request may have.</summary>
    public static void CheckRows(long rows, OpenInferenceOptions options)
    {
        if (rows > options.MaxRows)
        {
            throw InferenceWireException.Bad($"The request has more than {options.MaxRows} rows; send them in several requests.");
        }
    }

    private static UInt128 Capped(UInt128 product) => UInt128.Min(product, ulong.MaxValue);
}
