using System.Runtime.CompilerServices;

namespace Lifecycle.Statistics;

/// <summary>
/// Quantiles and ranks of a stream in constant memory: KLL (Karnin, Lang and Liberty 2016). Level h holds sorted values that stand for
/// 2^h values each; a full level is halved, every second value going up, and which half is the toss of a coin that follows from the seed.
/// NaN and infinite values are left out. The same values, order and seed give the same sketch everywhere. Not thread-safe.
/// </summary>
/// <remarks>
/// Capacities are max(8, ⌈k (2/3)^d⌉) for the level d below the top. Until <see cref="K"/> values the sketch is exact. Error bounds are those
/// measured by Apache DataSketches: they hold in 99 % of sketches, also after merges.
/// </remarks>
public sealed partial class QuantileSketch
{
    /// <summary>Size where nothing else is said: rank error .27 %, at most about 3,100 values kept.</summary>
    public const int DefaultK = 1024;

    /// <summary>Least size.</summary>
    public const int LeastK = 8;

    /// <summary>Greatest size.</summary>
    public const int MostK = 65_535;

    private readonly double[] _buffer = new double[SortedBlock.Length];
    private int _buffered;
    private long _count;
    private double _minimum = double.PositiveInfinity, _maximum = double.NegativeInfinity;
    private SortedView? _view;

    /// <summary>Starts an empty sketch.</summary>
    /// <param name="k">Size, in [8, 65,535]; the error falls about as 1/k.</param>
    /// <param name="seed">Seed of the coins.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is out of range.</exception>
    public QuantileSketch(int k = DefaultK, ulong seed = RandomStream.DefaultSeed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, LeastK);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, MostK);
        K = k;
        Seed = seed;
        SetCapacities();
    }

    /// <summary>Size. It falls to the smaller one in a merge, and when the sketch is shrunk.</summary>
    public int K { get; private set; }

    /// <summary>Seed of the coins.</summary>
    public ulong Seed { get; }

    /// <summary>Number of finite values added.</summary>
    public long Count => _count;

    /// <summary>Least value; NaN when there is none.</summary>
    public double Minimum
    {
        get
        {
            double least = _minimum;
            foreach (double value in _buffer.AsSpan(0, _buffered))
            {
                least = Math.Min(least, value);
            }

            return _count == 0 ? double.NaN : least;
        }
    }

    /// <summary>Greatest value; NaN when there is none.</summary>
    public double Maximum
    {
        get
        {
            double most = _maximum;
            foreach (double value in _buffer.AsSpan(0, _buffered))
            {
                most = Math.Max(most, value);
            }

            return _count == 0 ? double.NaN : most;
        }
    }

    /// <summary>Values that are kept.</summary>
    public int Retained => _retained + _buffered;

    /// <summary>Whether every value is still kept, so that all answers are exact.</summary>
    public bool IsExact => _compactions == 0;

    /// <summary>Error of a rank as a share of all values, on either side, in 99 % of sketches: 2.296/k^.9723; 0 while the sketch is exact.</summary>
    public double RankError => IsExact ? 0 : RankErrorOf(K);

    /// <summary>Error of the share of values between two points, in 99 % of sketches: 2.446/k^.9433; 0 while the sketch is exact.</summary>
    public double MassError => IsExact ? 0 : MassErrorOf(K);

    /// <summary>The rank error of a sketch of a size.</summary>
    /// <param name="k">Size.</param>
    /// <returns>2.296/k^.9723, a share of all values.</returns>
    public static double RankErrorOf(int k) => 2.296 / Math.Pow(k, 0.9723);

    /// <summary>The error of a sketch of a size for the share of values between two points.</summary>
    /// <param name="k">Size.</param>
    /// <returns>2.446/k^.9433, a share of all values.</returns>
    public static double MassErrorOf(int k) => 2.446 / Math.Pow(k, 0.9433);

    /// <summary>The least size whose rank error is at most the one wanted.</summary>
    /// <param name="rankError">A share of all values, above 0.</param>
    /// <returns>A size of at least 8; above <see cref="MostK"/> no sketch can have it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The error is not positive.</exception>
    public static long SizeFor(double rankError)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rankError);
        double size = Math.Ceiling(Math.Pow(2.296 / rankError, 1 / 0.9723));
        return size < long.MaxValue ? Math.Max(LeastK, (long)size) : long.MaxValue;
    }

    /// <summary>Adds a value.</summary>
    /// <param name="value">NaN and infinite values are left out; -0 counts as 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double value)
    {
        if (!double.IsFinite(value))
        {
            return;
        }

        int at = _buffered;
        _buffer[at] = value + 0.0;
        _buffered = at + 1;
        _count++;
        _view = null;
        if (at + 1 == SortedBlock.Length)
        {
            Flush();
        }
    }

    /// <summary>Adds values; the same as adding them one after the other.</summary>
    /// <param name="values">NaN and infinite values are left out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<double> values)
    {
        _view = null;
        while (!values.IsEmpty)
        {
            ReadOnlySpan<double> part = values[..Math.Min(values.Length, SortedBlock.Length - _buffered)];
            Span<double> room = _buffer.AsSpan(_buffered, part.Length);
            int kept = 0;
            for (int i = 0; i < part.Length; i++)
            {
                double value = part[i];
                room[kept] = value + 0.0;
                kept += double.IsFinite(value) ? 1 : 0;
            }

            _buffered += kept;
            _count += kept;
            values = values[part.Length..];
            if (_buffered == SortedBlock.Length)
            {
                Flush();
            }
        }
    }

    /// <summary>Adds values of single precision.</summary>
    /// <param name="values">NaN and infinite values are left out.</param>
    public void Add(ReadOnlySpan<float> values)
    {
        Span<double> wide = stackalloc double[SortedBlock.Length];
        while (!values.IsEmpty)
        {
            ReadOnlySpan<float> part = values[..Math.Min(values.Length, wide.Length)];
            System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(part, wide);
            Add(wide[..part.Length]);
            values = values[part.Length..];
        }
    }

    /// <summary>Takes over what another sketch has seen. The size becomes the smaller of the two.</summary>
    /// <param name="other">The other sketch, left as it is; not this one.</param>
    /// <exception cref="ArgumentException">The other sketch is this one.</exception>
    public void Merge(QuantileSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(this, other))
        {
            throw new ArgumentException("A sketch cannot be merged with itself. Merge with its Clone().", nameof(other));
        }

        _view = null;
        _compactions += other._compactions;
        for (int level = 0; level < other._levels.Count; level++)
        {
            while (_levels.Count <= level)
            {
                AddLevel();
            }

            Insert(level, other._levels[level].Values);
        }

        _count += other._count - other._buffered;
        (_minimum, _maximum) = (Math.Min(_minimum, other._minimum), Math.Max(_maximum, other._maximum));
        K = Math.Min(K, other.K);
        SetCapacities();
        Compress();
        Add(other._buffer.AsSpan(0, other._buffered));
    }

    /// <summary>Makes an independent copy.</summary>
    /// <returns>A sketch that answers the same.</returns>
    public QuantileSketch Clone()
    {
        QuantileSketch copy = new(K, Seed) { _compactions = _compactions, _count = _count, _buffered = _buffered, _minimum = _minimum, _maximum = _maximum };
        _buffer.CopyTo(copy._buffer);
        for (int level = 0; level < _levels.Count; level++)
        {
            if (level > 0)
            {
                copy.AddLevel();
            }

            copy.Insert(level, _levels[level].Values);
        }

        return copy;
    }

    /// <summary>Lowers the size and so the memory; the error grows.</summary>
    /// <param name="k">A size in [8, <see cref="K"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is out of range.</exception>
    public void Shrink(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, LeastK);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, K);
        _view = null;
        K = k;
        SetCapacities();
        Compress();
    }
}
