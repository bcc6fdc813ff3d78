namespace Lifecycle.Validation;

public abstract partial class Perturbation
{
    /// <summary>Adds to every number level × its standard deviation × N(0, 1).</summary>
    /// <param name="level">Above 0, for example 0.05.</param>
    public static Perturbation Noise(double level) => new NoisePerturbation(level);

    /// <summary>Adds to every number a uniform draw between ± level × (95 % quantile - 5 % quantile).</summary>
    /// <param name="level">Above 0, for example 0.05.</param>
    public static Perturbation Jitter(double level) => new JitterPerturbation(level);

    /// <summary>Rounds every number to one of so many equal steps of its range.</summary>
    /// <param name="steps">At least 1, for example 16.</param>
    public static Perturbation Rounding(int steps) => new RoundingPerturbation(steps);

    /// <summary>Mixes up the unit of some numbers: ×10, /10, ×100, /1000 in turn.</summary>
    /// <param name="share">Share of the rows of each column, in (0, 1].</param>
    public static Perturbation ScaleError(double share) => new ScaleErrorPerturbation(share);

    /// <summary>Moves every number up by level × its standard deviation.</summary>
    /// <param name="level">Above 0, for example 0.2.</param>
    public static Perturbation Offset(double level) => new OffsetPerturbation(level);

    /// <summary>Takes cells away.</summary>
    /// <param name="share">Share of the cells of each column, in (0, 1].</param>
    /// <param name="fill">What stands in their place.</param>
    /// <param name="sentinel">The number that stands there with <see cref="MissingFill.Sentinel"/>.</param>
    public static Perturbation Missing(double share, MissingFill fill = MissingFill.Empty, double sentinel = -1) =>
        new MissingPerturbation(share, fill, sentinel);

    /// <summary>
    /// Takes whole columns away: five choices of columns are tried, the mean and the worst are shown, the worst is judged.
    /// </summary>
    /// <param name="columns">How many at a time, at least 1.</param>
    public static Perturbation ColumnMissing(int columns) => new ColumnMissingPerturbation(columns);

    /// <summary>Permutes a share of the rows within each column.</summary>
    /// <param name="share">In (0, 1].</param>
    public static Perturbation Shuffle(double share) => new ShufflePerturbation(share);

    /// <summary>Puts a text that was never seen into cells of texts.</summary>
    /// <param name="share">Share of the cells of each column, in (0, 1].</param>
    public static Perturbation UnseenCategory(double share) => new UnseenCategoryPerturbation(share);

    /// <summary>Puts another value of the same column, as frequent as it is there, into cells of texts and flags.</summary>
    /// <param name="share">Share of the cells of each column, in (0, 1].</param>
    public static Perturbation CategorySwap(double share) => new CategorySwapPerturbation(share);

    /// <summary>
    /// Writes texts as people and systems do: other case, blanks around, two letters swapped, one dropped or doubled, no diacritics,
    /// full-width digits.
    /// </summary>
    /// <param name="share">Share of the cells of each column, in (0, 1].</param>
    public static Perturbation TextNoise(double share) => new TextNoisePerturbation(share);

    /// <summary>Puts numbers at the mean ± 10 standard deviations.</summary>
    /// <param name="share">Share of the cells of each column, in (0, 1].</param>
    public static Perturbation Outliers(double share) => new OutliersPerturbation(share);

    /// <summary>Widens the range of each number by level × its span on both sides and spreads the values with it.</summary>
    /// <param name="level">Above 0, for example 0.1.</param>
    public static Perturbation Extrapolation(double level) => new ExtrapolationPerturbation(level);

    /// <summary>Turns the sign of numbers.</summary>
    /// <param name="share">Share of the cells of each column, in (0, 1].</param>
    public static Perturbation SignFlip(double share) => new SignFlipPerturbation(share);

    /// <summary>Moves every date by so many days to either side, and times by ±1 or ±12 hours besides.</summary>
    /// <param name="days">At least 1.</param>
    public static Perturbation DateShift(int days) => new DateShiftPerturbation(days);

    /// <summary>Passes every number through a narrower form.</summary>
    /// <param name="form">The form.</param>
    public static Perturbation Precision(NumberForm form) => new PrecisionPerturbation((int)form);

    /// <summary>
    /// No perturbation but a check: the same rows in other batches and orders must get the same decisions and, within a tolerance, the same
    /// scores.
    /// </summary>
    /// <param name="tolerance">Greatest difference of two scores, at least 0.</param>
    public static Perturbation BatchInvariance(double tolerance = 1e-6) => new BatchInvarianceCheck(tolerance);

    /// <summary>
    /// No perturbation but a check without the model: how much greater the mean loss of the worst rows is than the mean loss (conditional
    /// value at risk).
    /// </summary>
    /// <param name="share">Share of the rows, above 0 and below 1, for example 0.1.</param>
    public static Perturbation WorstShare(double share) => new WorstShareCheck(share);

    /// <summary>
    /// A counterfactual check: the share of rows whose decision changes when one feature takes any of its other values, even if it is
    /// immutable otherwise.
    /// </summary>
    /// <param name="feature">A feature of texts or flags, or of numbers with at most 100 different values.</param>
    public static Perturbation ProtectedFlip(string feature) => new ProtectedFlipCheck(feature);

    /// <summary>One of the five levels of a family.</summary>
    /// <param name="family">Any family but <see cref="PerturbationFamily.ProtectedFlip"/>, which names a feature.</param>
    /// <param name="severity">1 to 5; 0 is the level that changes nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The family has no levels, or the severity is outside 0 to 5.</exception>
    public static Perturbation At(PerturbationFamily family, int severity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(severity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(severity, 5);
        Perturbation made = Of(family, severity == 0 ? 0 : PerturbationLevels.Of(family)[severity - 1]);
        made.Severity = severity;
        return made;
    }

    internal static Perturbation Of(PerturbationFamily family, double level) => family switch
    {
        PerturbationFamily.Noise => new NoisePerturbation(level),
        PerturbationFamily.Jitter => new JitterPerturbation(level),
        PerturbationFamily.Rounding => new RoundingPerturbation(level),
        PerturbationFamily.ScaleError => new ScaleErrorPerturbation(level),
        PerturbationFamily.Offset => new OffsetPerturbation(level),
        PerturbationFamily.Missing => new MissingPerturbation(level, MissingFill.Empty, -1),
        PerturbationFamily.ColumnMissing => new ColumnMissingPerturbation(level),
        PerturbationFamily.Shuffle => new ShufflePerturbation(level),
        PerturbationFamily.UnseenCategory => new UnseenCategoryPerturbation(level),
        PerturbationFamily.CategorySwap => new CategorySwapPerturbation(level),
        PerturbationFamily.TextNoise => new TextNoisePerturbation(level),
        PerturbationFamily.Outliers => new OutliersPerturbation(level),
        PerturbationFamily.Extrapolation => new ExtrapolationPerturbation(level),
        PerturbationFamily.SignFlip => new SignFlipPerturbation(level),
        PerturbationFamily.DateShift => new DateShiftPerturbation(level),
        PerturbationFamily.Precision => new PrecisionPerturbation(level),
        PerturbationFamily.BatchInvariance => new BatchInvarianceCheck(level),
        PerturbationFamily.WorstShare => new WorstShareCheck(level),
        _ => throw new ArgumentOutOfRangeException(nameof(family), family,
            "This family has no levels; make it with Perturbation.ProtectedFlip(feature)."),
    };
}
