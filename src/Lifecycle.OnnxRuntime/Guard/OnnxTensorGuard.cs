using Lifecycle.Serving;

namespace Lifecycle.OnnxRuntime;

/// <summary>Refuses tensors whose data are elsewhere or fewer than their dimensions say.</summary>
internal static class OnnxTensorGuard
{
    public static void Sparse(ReadOnlySpan<byte> bytes, long position)
    {
        ProtobufCursor sparse = new(bytes, position);
        while (sparse.Next())
        {
            if (sparse.Field is 1 or 2 && sparse.Wire == 2)
            {
                Tensor(sparse.Bytes, sparse.Position);
            }
        }
    }

    public static void Tensor(ReadOnlySpan<byte> bytes, long position)
    {
        ProtobufCursor tensor = new(bytes, position);
        Int128 elements = 1;
        int type = 0;
        long payload = 0;
        long raw = -1;
        long texts = 0;
        while (tensor.Next())
        {
            switch (tensor.Field)
            {
                case 1 when tensor.Wire == 0:
                    elements = Times(elements, (long)tensor.Number, position);
                    break;
                case 1 when tensor.Wire == 2:
                    elements = Packed(tensor.Bytes, elements, tensor.Position);
                    break;
                case 2 when tensor.Wire == 0:
                    type = (int)Math.Min(tensor.Number, int.MaxValue);
                    break;
                case 4 or 5 or 7 or 10 or 11:
                    payload += tensor.Wire == 0 ? 1 : tensor.Bytes.Length;
                    break;
                case 6:
                    texts++;
                    break;
                case 9:
                    raw = tensor.Bytes.Length;
                    break;
                case 13:
                    throw External(position);
                case 14 when tensor.Wire != 0 || tensor.Number != 0:
                    throw External(position);
            }
        }

        if (!Fits(elements, type, raw, payload, texts))
        {
            throw new ModelRejectedException(
                $"guard: the tensor at byte {position} declares {elements} elements and brings {(raw >= 0 ? raw : payload)} bytes");
        }
    }

    private static ModelRejectedException External(long position) => new(
        $"guard: the tensor at byte {position} keeps its data in another file; save the model with its data inside (save_as_external_data=False)");

    private static Int128 Packed(ReadOnlySpan<byte> bytes, Int128 elements, long position)
    {
        int at = 0;
        while (at < bytes.Length)
        {
            ulong value = 0;
            int shift = 0;
            byte next;
            do
            {
                if (at == bytes.Length || shift > 63)
                {
                    throw new ModelRejectedException($"guard: no ONNX model: broken dimensions at byte {position}");
                }

                next = bytes[at++];
                value |= (ulong)(next & 0x7F) << shift;
                shift += 7;
            }
            while (next >= 0x80);
            elements = Times(elements, (long)value, position);
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

    private static bool Fits(Int128 elements, int type, long raw, long payload, long texts)
    {
        if (type == 8)
        {
            return elements == texts;
        }

        // Bits of one element by TensorProto.DataType; 0 for types that are not known here, for which a bit is asked.
        int bits = type switch
        {
            1 or 6 or 12 => 32,
            4 or 5 or 10 or 16 => 16,
            7 or 11 or 13 or 14 => 64,
            15 => 128,
            2 or 3 or 9 or (>= 17 and <= 20) => 8,
            21 or 22 or 23 => 4,
            _ => 1,
        };

        // Typed fields hold numbers of at least a byte each; floats 4, doubles 8, complex ones twice that.
        return raw >= 0
            ? raw == (long)((elements * bits + 7) / 8) || bits == 1
            : type switch
            {
                1 => payload == elements * 4,
                11 or 14 => payload == elements * 8,
                15 => payload == elements * 16,
                21 or 22 or 23 => payload * 2 >= elements,
                _ => payload >= elements,
            };
    }
}
