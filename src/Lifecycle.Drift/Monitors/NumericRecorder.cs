using System.Buffers;

namespace Lifecycle.Drift;

/// <summary>Counts numbers on the reference's bins.</summary>
internal sealed class NumericRecorder : ColumnRecorder
{
    private const int Positive = FirstOwn, Negative = FirstOwn + 1, Below = FirstOwn + 2, Above = FirstOwn + 3, Outside = FirstOwn + 4, FirstBin = FirstOwn + 5;
    private const int FewValues = 64;

    private readonly NumericColumn _column;
    private readonly NumericGrid _grid;
    private readonly double _minimum;
    private readonly double _maximum;
    private readonly double _declaredMinimum;
    private readonly double _declaredMaximum;

    public NumericRecorder(DriftMonitor monitor, NumericColumn column)
        : base(monitor, FirstBin - FirstOwn + column.Grid.BinCount)
    {
        _column = column;
        _grid = column.Grid;
        _minimum = column.Count > 0 ? column.Minimum : double.NegativeInfinity;
        _maximum = column.Count > 0 ? column.Maximum : double.PositiveInfinity;
        _declaredMinimum = column.DeclaredMinimum ?? double.NegativeInfinity;
        _declaredMaximum = column.DeclaredMaximum ?? double.PositiveInfinity;
    }

    public override string Name => _column.Name;

    internal override void Count(double value)
    {
        Counters.Increment(CounterOf(value));
        if (IsOutside(value))
        {
            Counters.Increment(Outside);
        }
    }

    internal override void Count(string? label)
    {
        if (label is null)
        {
            CountMissing(1);
        }
        else
        {
            CountUnreadable(1);
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

        uint[] counts = ArrayPool<uint>.Shared.Rent(Counters.Counters);
        counts.AsSpan(0, Counters.Counters).Clear();
        foreach (double value in values)
        {
            counts[CounterOf(value)]++;
            counts[Outside] += IsOutside(value) ? 1u : 0;
        }

        for (int i = 0; i < Counters.Counters; i++)
        {
            if (counts[i] > 0)
            {
                Counters.Add(i, counts[i]);
            }
        }

        ArrayPool<uint>.Shared.Return(counts);
    }

    internal override long Report(uint[] before, uint[] after, bool closes, ReportAssembly? report)
    {
        long Between(int counter) => unchecked(after[counter] - before[counter]);
        NumericTally tally = new(_column)
        {
            Missing = Between(Missing),
            Unreadable = Between(Unreadable),
            PositiveInfinite = Between(Positive),
            NegativeInfinite = Between(Negative),
            BelowMinimum = Between(Below),
            AboveMaximum = Between(Above),
            OutsideDeclared = Between(Outside),
        };
        for (int bin = 0; bin < tally.Bins.Length; bin++)
        {
            tally.Bins[bin] = Between(FirstBin + bin);
        }

        tally.Bins[0] += tally.BelowMinimum;
        tally.Bins[^1] += tally.AboveMaximum;
        report?.Add(_column, tally);
        return tally.Count + tally.Missing + tally.Unreadable + tally.PositiveInfinite + tally.NegativeInfinite;
    }

    private bool IsOutside(double value) => value < _declaredMinimum || value > _declaredMaximum;

    private int CounterOf(double value)
    {
        if (value >= _minimum && value <= _maximum && double.IsFinite(value))
        {
            return FirstBin + _grid.BinOf(value);
        }

        return double.IsNaN(value) ? Missing
            : double.IsPositiveInfinity(value) ? Positive
            : double.IsNegativeInfinity(value) ? Negative
            : value < _minimum ? Below : Above;
    }
}
