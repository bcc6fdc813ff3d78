using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lifecycle.Data;

/// <summary>
/// MD5 of many messages at once, one in each lane of a vector: MD5 is a chain in which every step waits for the one before, so one message
/// alone leaves most of a processor idle.
/// </summary>
internal abstract unsafe class Md5Lanes
{
    /// <summary>How many messages are worked on at once on this machine.</summary>
    public static int Widest { get; } = !BitConverter.IsLittleEndian ? 1
        : Avx512F.IsSupported && Vector512.IsHardwareAccelerated ? 16
        : Avx2.IsSupported ? 8
        : Vector128.IsHardwareAccelerated ? 4
        : 1;

    public abstract int Count { get; }

    /// <summary>Begins a new message in a lane.</summary>
    public abstract void Begin(int lane);

    /// <summary>Takes the same number of blocks from every lane. Lanes without a message take any memory and their result means nothing.</summary>
    /// <param name="data">Where each lane's next block begins; moved behind the last one.</param>
    /// <param name="blocks">Blocks of 64 bytes.</param>
    public abstract void Take(byte** data, int blocks);

    /// <summary>The value of a message whose padding was taken.</summary>
    public abstract Md5Hash Value(int lane);

    /// <summary>Lanes of this machine, or fewer of them for a test.</summary>
    public static Md5Lanes Create(int? count = null) => (count ?? Widest) switch
    {
        16 => new Wide<Vector512<uint>, Md5Lanes16>(16),
        8 => new Wide<Vector256<uint>, Md5Lanes8>(8),
        4 => new Wide<Vector128<uint>, Md5Lanes4>(4),
        _ => new One(),
    };

    private sealed class One : Md5Lanes
    {
        private readonly uint[] _state = new uint[4];

        public override int Count => 1;

        public override void Begin(int lane) => Md5Constants.Start.CopyTo(_state);

        public override void Take(byte** data, int blocks)
        {
            for (int i = 0; i < blocks; i++, data[0] += Md5Constants.Block)
            {
                Md5OneLane.Compress(_state, new ReadOnlySpan<byte>(data[0], Md5Constants.Block));
            }
        }

        public override Md5Hash Value(int lane) => Md5Constants.Hash(_state[0], _state[1], _state[2], _state[3]);
    }

    private sealed class Wide<T, TLanes>(int count) : Md5Lanes
        where T : unmanaged
        where TLanes : IMd5Lanes<T>
    {
        private readonly uint[] _state = new uint[4 * count];

        public override int Count => count;

        public override void Begin(int lane)
        {
            for (int i = 0; i < 4; i++)
            {
                _state[(i * count) + lane] = Md5Constants.Start[i];
            }
        }

        public override Md5Hash Value(int lane) => Md5Constants.Hash(_state[lane], _state[count + lane], _state[(2 * count) + lane], _state[(3 * count) + lane]);

        public override void Take(byte** data, int blocks)
        {
            T* words = stackalloc T[16];
            fixed (uint* state = _state)
            {
                T* values = (T*)state;
                T a = Unsafe.ReadUnaligned<T>(values);
                T b = Unsafe.ReadUnaligned<T>(values + 1);
                T c = Unsafe.ReadUnaligned<T>(values + 2);
                T d = Unsafe.ReadUnaligned<T>(values + 3);
                for (int i = 0; i < blocks; i++)
                {
                    TLanes.Load(data, words);
                    for (int lane = 0; lane < count; lane++)
                    {
                        data[lane] += Md5Constants.Block;
                    }

                    (T a0, T b0, T c0, T d0) = (a, b, c, d);
                    First(ref a, ref b, ref c, ref d, words);
                    Second(ref a, ref b, ref c, ref d, words);
                    Third(ref a, ref b, ref c, ref d, words);
                    Fourth(ref a, ref b, ref c, ref d, words);
                    a = TLanes.Add(a, a0);
                    b = TLanes.Add(b, b0);
                    c = TLanes.Add(c, c0);
                    d = TLanes.Add(d, d0);
                }

                Unsafe.WriteUnaligned(values, a);
                Unsafe.WriteUnaligned(values + 1, b);
                Unsafe.WriteUnaligned(values + 2, c);
                Unsafe.WriteUnaligned(values + 3, d);
            }
        }

        private static void First(ref T aa, ref T bb, ref T cc, ref T dd, T* m)
        {
            (T a, T b, T c, T d) = (aa, bb, cc, dd);
            for (int i = 0; i < 16; i += 4)
            {
                a = Step(a, b, TLanes.Select(b, c, d), m[i], Sine(i), 7);
                d = Step(d, a, TLanes.Select(a, b, c), m[i + 1], Sine(i + 1), 12);
                c = Step(c, d, TLanes.Select(d, a, b), m[i + 2], Sine(i + 2), 17);
                b = Step(b, c, TLanes.Select(c, d, a), m[i + 3], Sine(i + 3), 22);
            }

            (aa, bb, cc, dd) = (a, b, c, d);
        }

        private static void Second(ref T aa, ref T bb, ref T cc, ref T dd, T* m)
        {
            (T a, T b, T c, T d) = (aa, bb, cc, dd);
            for (int i = 16; i < 32; i += 4)
            {
                a = Step(a, b, TLanes.Select(d, b, c), m[((5 * i) + 1) & 15], Sine(i), 5);
                d = Step(d, a, TLanes.Select(c, a, b), m[((5 * i) + 6) & 15], Sine(i + 1), 9);
                c = Step(c, d, TLanes.Select(b, d, a), m[((5 * i) + 11) & 15], Sine(i + 2), 14);
                b = Step(b, c, TLanes.Select(a, c, d), m[((5 * i) + 16) & 15], Sine(i + 3), 20);
            }

            (aa, bb, cc, dd) = (a, b, c, d);
        }

        private static void Third(ref T aa, ref T bb, ref T cc, ref T dd, T* m)
        {
            (T a, T b, T c, T d) = (aa, bb, cc, dd);
            for (int i = 32; i < 48; i += 4)
            {
                a = Step(a, b, TLanes.Xor(b, c, d), m[((3 * i) + 5) & 15], Sine(i), 4);
                d = Step(d, a, TLanes.Xor(a, b, c), m[((3 * i) + 8) & 15], Sine(i + 1), 11);
                c = Step(c, d, TLanes.Xor(d, a, b), m[((3 * i) + 11) & 15], Sine(i + 2), 16);
                b = Step(b, c, TLanes.Xor(c, d, a), m[((3 * i) + 14) & 15], Sine(i + 3), 23);
            }

            (aa, bb, cc, dd) = (a, b, c, d);
        }

        private static void Fourth(ref T aa, ref T bb, ref T cc, ref T dd, T* m)
        {
            (T a, T b, T c, T d) = (aa, bb, cc, dd);
            for (int i = 48; i < 64; i += 4)
            {
                a = Step(a, b, TLanes.Mix(b, c, d), m[7 * i & 15], Sine(i), 6);
                d = Step(d, a, TLanes.Mix(a, b, c), m[((7 * i) + 7) & 15], Sine(i + 1), 10);
                c = Step(c, d, TLanes.Mix(d, a, b), m[((7 * i) + 14) & 15], Sine(i + 2), 15);
                b = Step(b, c, TLanes.Mix(c, d, a), m[((7 * i) + 21) & 15], Sine(i + 3), 21);
            }

            (aa, bb, cc, dd) = (a, b, c, d);
        }

        // The words and the constant are added first: they do not wait for the step before.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static T Step(T a, T b, T mixed, T word, uint sine, [ConstantExpected] byte turn) =>
            TLanes.Add(b, TLanes.RotateLeft(TLanes.Add(mixed, TLanes.Add(TLanes.Add(a, word), TLanes.All(sine))), turn));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static uint Sine(int i) => Unsafe.Add(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(Md5Constants.Sines), i);
    }
}
