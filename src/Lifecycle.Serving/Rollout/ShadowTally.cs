namespace Lifecycle.Serving;

/// <summary>Compares answers and keeps the sums of a <see cref="ShadowReport"/>.</summary>
internal sealed class ShadowTally
{
    private const double Absolute = 1e-6;
    private const double Relative = 1e-4;

    private readonly Lock _lock = new();
    private long _matches;
    private long _mismatches;
    private long _errors;
    private long _dropped;
    private double _largest;
    private double _differences;
    private long _numbers;
    private long _sameRows;
    private long _rows;
    private double _shadowSeconds;
    private double _primarySeconds;

    // Callers drop: they wait for no comparison.
    public void Drop() => Interlocked.Increment(ref _dropped);

    public void Error() => Interlocked.Increment(ref _errors);

    /// <summary>Counts one pair of answers.</summary>
    /// <param name="primary">What the caller got.</param>
    /// <param name="shadow">What the shadow says.</param>
    /// <param name="isPart">Whether the caller got only some outputs; the others are not compared.</param>
    /// <param name="primaryTime">Time of the call.</param>
    /// <param name="shadowTime">Time of the shadow's run.</param>
    /// <returns>Whether they are equal.</returns>
    public bool Compare(TensorSet primary, TensorSet shadow, bool isPart, TimeSpan primaryTime, TimeSpan shadowTime)
    {
        lock (_lock)
        {
            _primarySeconds += primaryTime.TotalSeconds;
            _shadowSeconds += shadowTime.TotalSeconds;
            bool equal = isPart || primary.Count == shadow.Count;
            foreach ((string name, TensorValue value) in primary)
            {
                equal &= shadow.TryGet(name, out TensorValue? other) && Compare(value, other);
            }

            _ = equal ? _matches++ : _mismatches++;
            return equal;
        }
    }

    public ShadowReport Report()
    {
        lock (_lock)
        {
            return new ShadowReport
            {
                Matches = _matches,
                Mismatches = _mismatches,
                Errors = _errors,
                Dropped = _dropped,
                LargestDifference = _largest,
                MeanDifference = _differences / _numbers,
                ArgMaxAgreement = _rows == 0 ? double.NaN : (double)_sameRows / _rows,
                LatencyRatio = _shadowSeconds / _primarySeconds,
            };
        }
    }

    private bool Compare(TensorValue primary, TensorValue shadow)
    {
        if (primary.Type != shadow.Type || primary.Shape != shadow.Shape)
        {
            return false;
        }

        if (!TensorComparison.IsNumber(primary.Type))
        {
            return TensorComparison.FirstDifference(primary, shadow, 0, 0) < 0;
        }

        bool equal = true;
        for (int i = 0; i < primary.Count; i++)
        {
            double one = TensorComparison.Number(primary, i);
            double two = TensorComparison.Number(shadow, i);
            double difference = one.Equals(two) || one == two ? 0 : Math.Abs(one - two);
            difference = double.IsNaN(difference) ? double.PositiveInfinity : difference;
            equal &= difference == 0 || (double.IsFinite(one) && difference <= Absolute + (Relative * Math.Abs(one)));
            _largest = Math.Max(_largest, difference);
            _differences += difference;
            _numbers++;
        }

        if (primary.Shape.Rank == 2 && primary.Shape[1] >= 2)
        {
            int columns = (int)primary.Shape[1];
            for (int row = 0; row < primary.Shape[0]; row++)
            {
                _rows++;
                _sameRows += Largest(primary, row * columns, columns) == Largest(shadow, row * columns, columns) ? 1 : 0;
            }
        }

        return equal;
    }

    /// <summary>The place of the largest number of a row; the first of equal ones.</summary>
    private static int Largest(TensorValue value, int first, int columns)
    {
        int at = 0;
        for (int i = 1; i < columns; i++)
        {
            at = TensorComparison.Number(value, first + i) > TensorComparison.Number(value, first + at) ? i : at;
        }

        return at;
    }
}
