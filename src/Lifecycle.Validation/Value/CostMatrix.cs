namespace Lifecycle.Validation;

/// <summary>
/// What a decision is worth, in money: the value of each of the four outcomes, costs being negative, the same for all rows or computed row by
/// row. Immutable. Money is <see cref="decimal"/>: sums are exact, and one that does not fit is an <see cref="OverflowException"/>.
/// </summary>
public sealed class CostMatrix
{
    private readonly Func<int, bool, bool, decimal>? _perRow;

    private CostMatrix(decimal trueNegative, decimal falsePositive, decimal falseNegative, decimal truePositive)
    {
        TrueNegative = trueNegative;
        FalsePositive = falsePositive;
        FalseNegative = falseNegative;
        TruePositive = truePositive;
    }

    private CostMatrix(Func<int, bool, bool, decimal> perRow) => _perRow = perRow;

    /// <summary>Value of not acting on a negative row; 0 when values differ by row.</summary>
    public decimal TrueNegative { get; }

    /// <summary>Value of acting on a negative row; 0 when values differ by row.</summary>
    public decimal FalsePositive { get; }

    /// <summary>Value of not acting on a positive row; 0 when values differ by row.</summary>
    public decimal FalseNegative { get; }

    /// <summary>Value of acting on a positive row; 0 when values differ by row.</summary>
    public decimal TruePositive { get; }

    /// <summary>Whether values differ by row.</summary>
    public bool IsPerRow => _perRow is not null;

    /// <summary>The same values for all rows. Costs are negative.</summary>
    public static CostMatrix Of(decimal trueNegative, decimal falsePositive, decimal falseNegative, decimal truePositive) =>
        new(trueNegative, falsePositive, falseNegative, truePositive);

    /// <summary>Values by row, for example the amount of each loan.</summary>
    /// <param name="value">
    /// Gets the number of the row, the decision and the truth, and gives the value. Rows are counted from 0 in the set they were first in, so that
    /// slices and dropped rows keep their numbers.
    /// </param>
    public static CostMatrix PerRow(Func<int, bool, bool, decimal> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new CostMatrix(value);
    }

    /// <summary>Reads <c>[[TN, FP], [FN, TP]]</c>, the order of NannyML.</summary>
    /// <exception cref="ArgumentException">It has not two rows of two values.</exception>
    public static CostMatrix FromRows(decimal[][] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return rows.Length == 2 && rows.All(r => r is { Length: 2 })
            ? new CostMatrix(rows[0][0], rows[0][1], rows[1][0], rows[1][1])
            : throw new ArgumentException("The matrix must be two rows of two values, [[TN, FP], [FN, TP]].", nameof(rows));
    }

    /// <summary>What one decision about one row is worth.</summary>
    public decimal ValueOf(int row, bool decision, bool outcome) => _perRow is { } perRow
        ? perRow(row, decision, outcome)
        : (decision, outcome) switch
        {
            (false, false) => TrueNegative,
            (true, false) => FalsePositive,
            (false, true) => FalseNegative,
            _ => TruePositive,
        };

    /// <summary>
    /// From which calibrated probability on acting is worth it: (vTN - vFP) / ((vTN - vFP) + (vTP - vFN)) (Elkan 2001). In (0, 1).
    /// </summary>
    /// <exception cref="InvalidOperationException">One decision is always at least as good as the other, or values differ by row.</exception>
    public double CalibratedThreshold
    {
        get
        {
            if (IsPerRow)
            {
                throw new InvalidOperationException("Values that differ by row have no single threshold; use BestThreshold on validation data.");
            }

            decimal spared = TrueNegative - FalsePositive, won = TruePositive - FalseNegative;
            return (spared > 0, won > 0) switch
            {
                (true, true) => (double)(spared / (spared + won)),
                (false, _) => throw new InvalidOperationException(
                    $"Acting on a negative row (falsePositive {FalsePositive}) is worth as much as leaving it (trueNegative {TrueNegative}), so acting is never wrong there; make falsePositive the lesser one."),
                _ => throw new InvalidOperationException(
                    $"Leaving a positive row (falseNegative {FalseNegative}) is worth as much as acting on it (truePositive {TruePositive}), so acting never helps there; make falseNegative the lesser one."),
            };
        }
    }
}
