using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Data;

/// <summary>What MD5 needs of a vector of unsigned integers, one message a lane.</summary>
internal unsafe interface IMd5Lanes<T>
    where T : unmanaged
{
    static abstract T All(uint value);

    static abstract T Add(T x, T y);

    /// <summary>Bits of <paramref name="x"/> where the mask is 1, of <paramref name="y"/> elsewhere.</summary>
    static abstract T Select(T mask, T x, T y);

    static abstract T Xor(T x, T y, T z);

    /// <summary>y ^ (x | ~z).</summary>
    static abstract T Mix(T x, T y, T z);

    static abstract T RotateLeft(T x, [ConstantExpected] byte bits);

    /// <summary>The sixteen words of a block of every lane: word by word instead of lane by lane.</summary>
    static abstract void Load(byte** lanes, T* words);
}
