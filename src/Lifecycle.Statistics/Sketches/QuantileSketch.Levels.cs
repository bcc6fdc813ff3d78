using System.Runtime.CompilerServices;

namespace Lifecycle.Statistics;

public sealed partial class QuantileSketch
{
    private const int LeastCapacity = 8;

    private readonly List<Level> _levels = [new()];
    private double[] _scratch = new double[SortedBlock.Length];
    private long _compactions;
    private int _retained, _capacity;

    /// <summary>The full buffer becomes part of the lowest level.</summary>
    private void Flush()
    {
        SortedBlock.Sort(_buffer, _scratch);
        _minimum = Math.Min(_minimum, _buffer[0]);
        _maximum = Math.Max(_maximum, _buffer[^1]);
        Insert(0, _buffer);
        _buffered = 0;
        Compress();
    }

    private void Insert(int level, ReadOnlySpan<double> sorted)
    {
        _levels[level].Insert(sorted);
        _retained += sorted.Length;
    }

    private void AddLevel()
    {
        _levels.Add(new Level());
        SetCapacities();
    }

    private void SetCapacities()
    {
        _capacity = 0;
        double size = K;
        for (int level = _levels.Count - 1; level >= 0; level--, size *= 2.0 / 3)
        {
            _levels[level].Capacity = Math.Max(LeastCapacity, (int)Math.Ceiling(size));
            _capacity += _levels[level].Capacity;
        }
    }

    /// <summary>Halves the lowest level that is full, until all levels together are within their capacities.</summary>
    private void Compress()
    {
        while (_retained > _capacity)
        {
            int full = 0;
            while (_levels[full].Count < _levels[full].Capacity)
            {
                full++;
            }

            if (full == _levels.Count - 1)
            {
                AddLevel();
            }

            Halve(full);
        }
    }

    private void Halve(int level)
    {
        Level from = _levels[level];
        int odd = from.Count & 1, half = from.Count / 2;
        int coin = (int)(RandomStream.FirstOf(Seed, (ulong)_compactions++) >> 63);
        if (_scratch.Length < half)
        {
            _scratch = new double[2 * half];
        }

        // With an odd number the least value stays.
        ReadOnlySpan<double> values = from.Values[odd..];
        Span<double> chosen = _scratch.AsSpan(0, half);
        for (int i = 0; i < chosen.Length; i++)
        {
            chosen[i] = values[2 * i + coin];
        }

        _retained -= 2 * half;
        from.Keep(odd);
        Insert(level + 1, chosen);
    }

    /// <summary>Sorted values of one weight.</summary>
    private sealed class Level
    {
        private const int Few = 16;

        private double[] _values = new double[2 * LeastCapacity];

        public int Capacity { get; set; }

        public int Count { get; private set; }

        public ReadOnlySpan<double> Values => _values.AsSpan(0, Count);

        public void Keep(int first) => Count = first;

        public void Insert(ReadOnlySpan<double> sorted)
        {
            if (Count + sorted.Length > _values.Length)
            {
                Array.Resize(ref _values, Math.Max(_values.Length + _values.Length / 2, Count + sorted.Length));
            }

            if (sorted.Length * Few < Count)
            {
                Place(_values, Count, sorted);
            }
            else
            {
                Weave(_values, Count, sorted);
            }

            Count += sorted.Length;
        }

        /// <summary>From the greatest value on: each is searched, what is above it moves in one piece.</summary>
        private static void Place(double[] values, int count, ReadOnlySpan<double> sorted)
        {
            for (int j = sorted.Length - 1; j >= 0; j--)
            {
                int at = values.AsSpan(0, count).BinarySearch(sorted[j]);
                at = at < 0 ? ~at : at;
                values.AsSpan(at, count - at).CopyTo(values.AsSpan(at + j + 1));
                values[at + j] = sorted[j];
                count = at;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Weave(double[] values, int count, ReadOnlySpan<double> sorted)
        {
            int i = count - 1, j = sorted.Length - 1, to = count + j;
            while (i >= 0 && j >= 0)
            {
                double a = values[i], b = sorted[j];
                bool first = a > b;
                values[to--] = double.MaxNative(a, b);
                int taken = Unsafe.BitCast<bool, byte>(first);
                i -= taken;
                j -= 1 - taken;
            }

            sorted[..(j + 1)].CopyTo(values);
        }
    }
}
