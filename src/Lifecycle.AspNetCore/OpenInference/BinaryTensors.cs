using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

/// <summary>Tensors in the binary form of the protocol: little-endian, row-major, <c>BYTES</c> elements each behind a length of four bytes.</summary>
internal static class BinaryTensors
{
    private const int LengthBytes = 4;

    /// <summary>Bytes of a tensor in this form.</summary>
    public static long Size(TensorValue value)
    {
        if (value.Type != TensorElementType.Bytes)
        {
            return value.Raw.Length;
        }

        long size = (long)LengthBytes * value.Count;
        foreach (ReadOnlyMemory<byte> text in value.Texts)
        {
            size += text.Length;
        }

        return size;
    }

    /// <summary>Makes sure, before there is memory for it, that so many bytes can be a tensor of so many elements.</summary>
    public static void CheckSize(TensorElementType type, long count, long bytes, in TensorPlace place)
    {
        if (type == TensorElementType.Bytes)
        {
            if (bytes < LengthBytes * count)
            {
                throw InferenceWireException.Bad(
                    $"{place} has {count} BYTES elements, which are {LengthBytes * count} bytes or more, and 'binary_data_size' is {bytes}; put a length of {LengthBytes} bytes before each element.");
            }
        }
        else if (bytes != count * type.Size())
        {
            throw InferenceWireException.Bad(
                $"{place} has {count} {type.ProtocolName()} elements, which are {count * type.Size()} bytes, and 'binary_data_size' is {bytes}; make them agree.");
        }
    }

    /// <summary>Reads a tensor whose type and shape are set. Texts stay where they are in <paramref name="bytes"/>.</summary>
    /// <exception cref="InferenceWireException">400: a length goes beyond the end, bytes are left over, a <c>BOOL</c> is neither 0 nor 1, a text is too long.</exception>
    public static void Read(ReadOnlyMemory<byte> bytes, TensorValue value, in TensorPlace place, int maxText)
    {
        CheckSize(value.Type, value.Count, bytes.Length, place);
        if (value.Type == TensorElementType.Bytes)
        {
            ReadTexts(bytes, value, place, maxText);
            return;
        }

        if (value.Type == TensorElementType.Boolean)
        {
            int wrong = bytes.Span.IndexOfAnyExcept((byte)0, (byte)1);
            if (wrong >= 0)
            {
                throw InferenceWireException.Bad($"{place} is BOOL and has the byte {bytes.Span[wrong]} at element {wrong}; send 0 or 1.");
            }
        }

        bytes.Span.CopyTo(value.Raw);
        Turn(value.Raw, value.Type.Size());
    }

    /// <summary>Writes a tensor.</summary>
    public static void Write(TensorValue value, IBufferWriter<byte> to)
    {
        if (value.Type == TensorElementType.Bytes)
        {
            foreach (ReadOnlyMemory<byte> text in value.Texts)
            {
                BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(LengthBytes), text.Length);
                to.Advance(LengthBytes);
                to.Write(text.Span);
            }

            return;
        }

        if (BitConverter.IsLittleEndian)
        {
            to.Write(value.Raw);
            return;
        }

        byte[] turned = value.Raw.ToArray();
        Turn(turned, value.Type.Size());
        to.Write(turned);
    }

    private static void ReadTexts(ReadOnlyMemory<byte> bytes, TensorValue value, in TensorPlace place, int maxText)
    {
        Span<ReadOnlyMemory<byte>> texts = value.Texts;
        int at = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            int left = bytes.Length - at;
            if (left < LengthBytes)
            {
                throw InferenceWireException.Bad($"{place} ends within the length of element {i}: {left} bytes are left; its {texts.Length} elements need {LengthBytes} bytes of length each.");
            }

            uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[at..]);
            at += LengthBytes;
            if (length > (uint)(bytes.Length - at))
            {
                throw InferenceWireException.Bad($"{place} has a length of {length} at element {i}, and {bytes.Length - at} bytes are left; send lengths as little-endian numbers of {LengthBytes} bytes.");
            }

            if (length > (uint)maxText)
            {
                throw InferenceWireException.Bad($"{place} has an element {i} of {length} bytes; one element has at most {maxText}.");
            }

            texts[i] = bytes.Slice(at, (int)length);
            at += (int)length;
        }

        if (at != bytes.Length)
        {
            throw InferenceWireException.Bad($"{place} has {bytes.Length - at} bytes behind its last element; 'binary_data_size' must be {at}.");
        }
    }

    private static void Turn(Span<byte> bytes, int size)
    {
        if (BitConverter.IsLittleEndian || size == 1)
        {
            return;
        }

        switch (size)
        {
            case 2:
                Span<ushort> two = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(two, two);
                break;
            case 4:
                Span<uint> four = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(four, four);
                break;
            default:
                Span<ulong> eight = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(eight, eight);
                break;
        }
    }
}
