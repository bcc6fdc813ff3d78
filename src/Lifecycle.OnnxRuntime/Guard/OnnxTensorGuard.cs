using Lifecycle.Serving;

namespace Lifecycle.OnnxRuntime;

/// <summary>Refuses tensors whose data are elsewhere or other than their dimensions say.</summary>
internal static class OnnxTensorGuard
{
    // A sparse tensor is made dense when it is loaded: like an archive, it may not grow beyond all measure.
    private const int FreeElements = 1 << 20;
    private const int Ratio = 200;

    private const int Floats = 4;
    private const int Integers = 5;
    private const int Texts = 6;
    private const int Longs = 7;
    private const int Doubles = 10;
    private const int Unsigned = 11;

    public static void Sparse(ReadOnlySpan<byte> bytes, long position)
    {
        ProtobufCursor sparse = new(bytes, position);
        Int128 dense = 1;
        Int128 values = 0;
        int valueTensors = 0;
        int indexTensors = 0;
        while (sparse.Next())
        {
            switch (sparse.Field)
            {
                case 1:
                    OnnxGuard.Once(++valueTensors, "values of a sparse tensor");
                    values = Tensor(OnnxGuard.Message(sparse), sparse.Position);
                    break;
                case 2:
                    OnnxGuard.Once(++indexTensors, "indices of a sparse tensor");
                    Tensor(OnnxGuard.Message(sparse), sparse.Position);
                    break;
                case 3:
                    dense = Dimensions(sparse, dense, position);
                    break;
            }
        }

        if (dense > FreeElements && dense > values * Ratio)
        {
            throw new ModelRejectedException(
                $"guard: the sparse tensor at byte {position} brings {values} elements and grows to {dense}; above {FreeElements} it may grow {Ratio} times");
        }
    }

    /// <returns>Number of elements.</returns>
    public static Int128 Tensor(ReadOnlySpan<byte> bytes, long position)
    {
        ProtobufCursor tensor = new(bytes, position);
        Int128 elements = 1;
        int type = 0;
        long raw = -1;
        Span<long> counts = stackalloc long[Unsigned + 1];
        counts.Clear();
        while (tensor.Next())
        {
            switch (tensor.Field)
            {
                case 1:
                    elements = Dimensions(tensor, elements, position);
                    break;
                case 2:
                    type = tensor.Wire == 0 ? (int)Math.Min(tensor.Number, int.MaxValue) : throw OnnxGuard.WrongWire(tensor, 0);
                    break;
                case Floats or Integers or Texts or Longs or Doubles or Unsigned:
                    counts[tensor.Field] += Count(tensor);
                    break;
                case 9:
                    raw = OnnxGuard.Message(tensor).Length;
                    break;
                case 13:
                    throw External(position);
                case 14 when tensor.Wire != 0 || tensor.Number != 0:
                    throw External(position);
            }
        }

        Require(elements, type, raw, counts, position);
        return elements;
    }

    private static ModelRejectedException External(long position) => new(
        $"guard: the tensor at byte {position} keeps its data in another file; save the model with its data inside (save_as_external_data=False)");

    private static Int128 Dimensions(ProtobufCursor field, Int128 elements, long position)
    {
        if (field.Wire == 0)
        {
            return Times(elements, (long)field.Number, position);
        }

        ProtobufNumbers packed = new(OnnxGuard.Message(field), field.Position);
        while (packed.Next())
        {
            elements = Times(elements, (long)packed.Value, position);
        }

        return elements;
    }

    private static Int128 Times(Int128 elements, long dimension, long position)
    {
        if (dimension < 0)
        {
            throw new ModelRejectedException($"guard: the tensor at byte {position} has the dimension {dimension}");
        }

        Int128 product = elements * dimension;
        return product <= long.MaxValue
            ? product
            : throw new ModelRejectedException($"guard: the dimensions of the tensor at byte {position} multiply to more than 2^63 - 1 elements");
    }

    /// <summary>How many values a typed field brings: one, or those packed in it.</summary>
    private static long Count(ProtobufCursor field)
    {
        int single = field.Field switch
        {
            Floats => 5,
            Doubles => 1,
            Texts => 2,
            _ => 0,
        };
        if (field.Wire == single)
        {
            return 1;
        }

        ReadOnlySpan<byte> packed = field.Field == Texts || field.Wire != 2 ? throw OnnxGuard.WrongWire(field, single) : field.Bytes;
        int size = field.Field switch
        {
            Floats => 4,
            Doubles => 8,
            _ => 1,
        };
        if (packed.Length % size != 0 || (size == 1 && packed is [.., >= 0x80]))
        {
            throw new ModelRejectedException($"guard: no ONNX model: broken numbers at byte {field.Position}");
        }

        // Of a packed number only the last byte is below 0x80.
        return size == 1 ? Ends(packed) : packed.Length / size;
    }

    private static long Ends(ReadOnlySpan<byte> packed)
    {
        long ends = 0;
        foreach (byte next in packed)
        {
            ends += next < 0x80 ? 1 : 0;
        }

        return ends;
    }

    // TensorProto.DataType: bits of an element in raw data, the field that holds typed values, and how many of them make an element.
    private static void Require(Int128 elements, int type, long raw, ReadOnlySpan<long> counts, long position)
    {
        (int bits, int field, int each) = type switch
        {
            1 => (32, Floats, 1),
            2 or 3 or 9 or (>= 17 and <= 20) or 24 => (8, Integers, 1),
            4 or 5 or 10 or 16 => (16, Integers, 1),
            6 => (32, Integers, 1),
            7 => (64, Longs, 1),
            8 => (0, Texts, 1),
            11 => (64, Doubles, 1),
            12 => (32, Unsigned, 1),
            13 => (64, Unsigned, 1),
            14 => (64, Floats, 2),
            15 => (128, Doubles, 2),
            21 or 22 or 23 => (4, Integers, 0),
            25 or 26 => (2, Integers, 0),
            _ => throw new ModelRejectedException($"guard: the tensor at byte {position} has the data type {type}, which is not known here"),
        };

        bool fits = raw >= 0
            ? bits > 0 && raw == (long)(((elements * bits) + 7) / 8)
            : each > 0
                ? counts[field] == elements * each
                : counts[field] == ((elements * bits) + 7) / 8;
        if (!fits)
        {
            string brings = raw >= 0 ? $"{raw} bytes" : $"{counts[field]} values";
            throw new ModelRejectedException($"guard: the tensor at byte {position} declares {elements} elements of the data type {type} and brings {brings}");
        }
    }
}
