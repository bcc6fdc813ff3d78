namespace Lifecycle.Serving;

/// <summary>What the elements of a tensor are; the datatypes of the Open Inference Protocol V2.</summary>
public enum TensorElementType
{
    /// <summary><c>BOOL</c>, <see cref="bool"/>, one byte.</summary>
    Boolean,

    /// <summary><c>UINT8</c>, <see cref="byte"/>.</summary>
    UInt8,

    /// <summary><c>UINT16</c>, <see cref="ushort"/>.</summary>
    UInt16,

    /// <summary><c>UINT32</c>, <see cref="uint"/>.</summary>
    UInt32,

    /// <summary><c>UINT64</c>, <see cref="ulong"/>.</summary>
    UInt64,

    /// <summary><c>INT8</c>, <see cref="sbyte"/>.</summary>
    Int8,

    /// <summary><c>INT16</c>, <see cref="short"/>.</summary>
    Int16,

    /// <summary><c>INT32</c>, <see cref="int"/>.</summary>
    Int32,

    /// <summary><c>INT64</c>, <see cref="long"/>.</summary>
    Int64,

    /// <summary><c>FP16</c>, <see cref="System.Half"/>.</summary>
    Float16,

    /// <summary><c>FP32</c>, <see cref="float"/>.</summary>
    Float32,

    /// <summary><c>FP64</c>, <see cref="double"/>.</summary>
    Float64,

    /// <summary><c>BF16</c>, the upper 16 bits of a <see cref="float"/>, held as <see cref="ushort"/>.</summary>
    BFloat16,

    /// <summary><c>BYTES</c>, texts as UTF-8 or any other bytes.</summary>
    Bytes,
}

/// <summary>Names and sizes of the element types.</summary>
public static class TensorElementTypes
{
    private static readonly string[] Names =
        ["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BF16", "BYTES"];

    /// <summary>The name in the Open Inference Protocol, for example <c>FP32</c>.</summary>
    public static string ProtocolName(this TensorElementType type) => Names[(int)type];

    /// <summary>The type of this protocol name; case matters.</summary>
    public static bool TryParse(string? name, out TensorElementType type)
    {
        int found = Array.IndexOf(Names, name);
        type = (TensorElementType)Math.Max(found, 0);
        return found >= 0;
    }

    /// <summary>Bytes of one element; 0 for <see cref="TensorElementType.Bytes"/>, whose elements have no fixed size.</summary>
    public static int Size(this TensorElementType type) => type switch
    {
        TensorElementType.Boolean or TensorElementType.UInt8 or TensorElementType.Int8 => 1,
        TensorElementType.UInt16 or TensorElementType.Int16 or TensorElementType.Float16 or TensorElementType.BFloat16 => 2,
        TensorElementType.UInt32 or TensorElementType.Int32 or TensorElementType.Float32 => 4,
        TensorElementType.UInt64 or TensorElementType.Int64 or TensorElementType.Float64 => 8,
        _ => 0,
    };

    /// <summary>The element type whose .NET type is <typeparamref name="T"/>; <see cref="ushort"/> is <see cref="TensorElementType.UInt16"/>.</summary>
    /// <exception cref="NotSupportedException">No tensor has such elements.</exception>
    public static TensorElementType Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? TensorElementType.Float32
        : typeof(T) == typeof(double) ? TensorElementType.Float64
        : typeof(T) == typeof(long) ? TensorElementType.Int64
        : typeof(T) == typeof(int) ? TensorElementType.Int32
        : typeof(T) == typeof(bool) ? TensorElementType.Boolean
        : typeof(T) == typeof(byte) ? TensorElementType.UInt8
        : typeof(T) == typeof(ushort) ? TensorElementType.UInt16
        : typeof(T) == typeof(uint) ? TensorElementType.UInt32
        : typeof(T) == typeof(ulong) ? TensorElementType.UInt64
        : typeof(T) == typeof(sbyte) ? TensorElementType.Int8
        : typeof(T) == typeof(short) ? TensorElementType.Int16
        : typeof(T) == typeof(Half) ? TensorElementType.Float16
        : throw new NotSupportedException($"No tensor has elements of the type {typeof(T).Name}.");
}
