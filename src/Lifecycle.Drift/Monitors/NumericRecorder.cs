using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Lifecycle.Drift;

/// <summary>Counts numbers on the reference's bins.</summary>
internal sealed class NumericRecorder : ColumnRecorder
{
    private const int Positive = FirstOwn, Negative = FirstOwn + 1, Below = FirstOwn + 2, Above = FirstOwn + 3, Outside = FirstOwn + 4, FirstBin = FirstOwn + 5;
    private const int FewValues = 64;
    private const int Tables = 4;

    private readonly NumericColumn _column;
    private readonly BinLookup _lookup;
    private readonly double _minimum;
    private readonly double _maximum;
    private readonly double _declaredMinimum;
    private readonly double _declaredMaximum;
    private readonly int _firstBin;

    public NumericRecorder(DriftMonitor monitor, NumericColumn column, int first)
        : base(monitor, first, WidthOf(column))
    {
        _column = column;
        _lookup = new BinLookup(column.Grid);
        _firstBin = first + FirstBin;
        (_minimum, _maximum) = column.Count > 0 ? (column.Minimum, column.Maximum) : (double.MinValue, double.MaxValue);
        _declaredMinimum = column.DeclaredMinimum ?? double.NegativeInfinity;
        _declaredMaximum = column.DeclaredMaximum ?? double.PositiveInfinity;
        HasDeclaredRange = column.DeclaredMinimum is not null || column.DeclaredMaximum is not null;
    }

    public override string Name => _column.Name;

    internal bool HasDeclaredRange { get; }

    internal int OutsideCounter => First + Outside;

    public static int WidthOf(NumericColumn column) => FirstBin + column.Grid.BinCount;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal override int CounterOf(double value) => value >= _minimum && value <= _maximum ? _firstBin + _lookup.BinOf(value) : CounterOfOther(value);

    internal override int CounterOf(ReadOnlySpan<char> label) => UnreadableCounter;

    /// <summary>NaN is not outside of a range.</summary>
    internal bool IsOutside(double value) => value < _declaredMinimum || value > _declaredMaximum;

    internal override void Count(double value)
    {
        Counters.Increment(CounterOf(value));
        if (HasDeclaredRange && IsOutside(value))
        {
            Counters.Increment(OutsideCounter);
        }
    }

    internal override void Count(ReadOnlySpan<double> values)
    {
        if (values.Length < FewValues)
        {
            foreach (double value in values)
            {
                Count(value);
            }

            return;
        }

        CountMany(values);
    }

    internal override void Count(ReadOnlySpan<float> values)
    {
        if (values.Length < FewValues)
        {
            foreach (float value in values)
            {
                Count(value);
            }

            return;
        }

        CountMany(values);
    }

    internal override long Values(uint[] before, uint[] after)
    {
        long values = 0;
        for (int counter = 0; counter < Width; counter++)
        {
            values += counter == Outside ? 0 : Between(before, after, counter);
        }

        return values;
    }

    internal override void Report(uint[] before, uint[] after, IEnumerable<UnseenLabels> unseen, ReportAssembly report)
    {
        NumericTally tally = new(_column)
        {
            Missing = Between(before, after, MissingAt),
            Unreadable = Between(before, after, UnreadableAt),
            PositiveInfinite = Between(before, after, Positive),
            NegativeInfinite = Between(before, after, Negative),
            BelowMinimum = Between(before, after, Below),
            AboveMaximum = Between(before, after, Above),
            OutsideDeclared = Between(before, after, Outside),
        };
        for (int bin = 0; bin < tally.Bins.Length; bin++)
        {
            tally.Bins[bin] = Between(before, after, FirstBin + bin);
        }

        tally.Bins[0] += tally.BelowMinimum;
        tally.Bins[^1] += tally.AboveMaximum;
        report.Add(_column, tally);
    }

    /// <summary>Neighbours are counted in tables of their own, so that equal ones do not wait for each other; each bin is then added once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CountMany<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = Width, first = First, i = 0;
        uint[] rented = ArrayPool<uint>.Shared.Rent(Tables * width);
        Span<uint> counts = rented.AsSpan(0, Tables * width);
        counts.Clear();
        Span<uint> one = counts[..width], two = counts.Slice(width, width), three = counts.Slice(2 * width, width), four = counts[(3 * width)..];
        for (; i <= values.Length - Tables; i += Tables)
        {
            one[CounterOf(double.CreateTruncating(values[i])) - first]++;
            two[CounterOf(double.CreateTruncating(values[i + 1])) - first]++;
            three[CounterOf(double.CreateTruncating(values[i + 2])) - first]++;
            four[CounterOf(double.CreateTruncating(values[i + 3])) - first]++;
        }

        for (; i < values.Length; i++)
        {
            one[CounterOf(double.CreateTruncating(values[i])) - first]++;
        }

        if (HasDeclaredRange)
        {
            foreach (T value in values)
            {
                one[Outside] += IsOutside(double.CreateTruncating(value)) ? 1u : 0;
            }
        }

        for (int k = 0; k < one.Length; k++)
        {
            one[k] += two[k] + three[k] + four[k];
        }

        Counters.Add(first, one);
        ArrayPool<uint>.Shared.Return(rented);
    }

    private int CounterOfOther(double value) => First + (double.IsNaN(value) ? MissingAt
        : double.IsPositiveInfinity(value) ? Positive
        : double.IsNegativeInfinity(value) ? Negative
        : value < _minimum ? Below : Above);
}
