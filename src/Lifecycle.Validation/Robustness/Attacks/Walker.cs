namespace Lifecycle.Validation;

/// <summary>One row on its walk along the boundary.</summary>
internal sealed class Walker(Victim victim, int[] columns, AttackNorm norm)
{
    private readonly double _tolerance = norm == AttackNorm.Euclidean ? 0.01 / Math.Sqrt(columns.Length) : 0.01 / columns.Length;

    public Victim Victim { get; } = victim;

    /// <summary>The columns that move.</summary>
    public int[] Columns { get; } = columns;

    public double[] Direction { get; } = new double[columns.Length];

    public bool HasDirection { get; private set; }

    public bool HasStarted { get; private set; }

    public bool HasMoved { get; private set; }

    /// <summary>From the original to the current point, in standard deviations.</summary>
    public double Distance { get; private set; } = double.PositiveInfinity;

    public double Step { get; set; }

    /// <summary>Part of the way that is known not to turn the decision.</summary>
    public double Low { get; set; }

    /// <summary>Part of the way that turns it.</summary>
    public double High { get; set; }

    public double Tolerance { get; private set; }

    /// <summary>The row at <see cref="High"/>.</summary>
    public double[] Reached { get; set; } = victim.Original;

    public void StartAt(ReadOnlySpan<double> row)
    {
        if (!HasStarted)
        {
            Victim.Current = row.ToArray();
            HasStarted = true;
        }
    }

    public void MoveTo(ReadOnlySpan<double> row)
    {
        Victim.Current = row.ToArray();
        HasMoved = true;
    }

    public void OpenStep(int t)
    {
        Step = Distance / Math.Sqrt(t);
        HasMoved = false;
    }

    public void OpenBisection(Func<int, double> scale)
    {
        Reached = Victim.Current;
        Low = 0;
        High = norm == AttackNorm.Euclidean ? 1 : LargestGap(scale);
        Tolerance = Math.Min(High * _tolerance, _tolerance);
    }

    public void CloseBisection(AttackSearch search)
    {
        Victim.Current = Reached;
        Distance = search.CostOf(Victim, Reached);
    }

    /// <summary>Writes the point so far from the original: on the line to the current point, or within a box around the original.</summary>
    public void Between(double part, Func<int, double> scale, double[] row)
    {
        Victim.Current.CopyTo(row, 0);
        foreach (int c in Columns)
        {
            double original = Victim.Original[c], gap = Victim.Current[c] - original;
            row[c] = original + (norm == AttackNorm.Euclidean ? part * gap : Math.Clamp(gap, -part * scale(c), part * scale(c)));
        }
    }

    /// <summary>
    /// How far neighbours lie: a tenth of the distance at first, since standardised features have no box to take a tenth of; then √d (d)
    /// times the tolerance times the distance.
    /// </summary>
    public double Radius(int t) => t == 1 ? 0.1 * Distance
        : norm == AttackNorm.Euclidean ? Math.Sqrt(Columns.Length) * _tolerance * Distance
        : Columns.Length * _tolerance * Distance;

    public void Normalise()
    {
        double length = Math.Sqrt(Direction.Sum(d => d * d));
        HasDirection = length > 0;
        for (int k = 0; k < Direction.Length && HasDirection; k++)
        {
            Direction[k] = norm == AttackNorm.Euclidean ? Direction[k] / length : Math.Sign(Direction[k]);
        }
    }

    private double LargestGap(Func<int, double> scale) => Columns.Max(c => Math.Abs(Victim.Current[c] - Victim.Original[c]) / scale(c));
}
