using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>How probabilities are cut into bins.</summary>
internal sealed record CalibrationCut
{
    private const int MostBins = 10_000;
    private const string EqualMassName = "equalMass";

    public CalibrationCut(int bins, bool equalMass)
    {
        if (bins is < 1 or > MostBins)
        {
            throw new ArgumentOutOfRangeException(nameof(bins), bins, FormattableString.Invariant($"The number of bins is 1 to {MostBins:N0}, for example 10."));
        }

        Bins = bins;
        EqualMass = equalMass;
    }

    public static CalibrationCut Usual => new(10, false);

    public int Bins { get; }

    public bool EqualMass { get; }

    public static CalibrationCut? Parse(string[] arguments)
    {
        bool equalMass = arguments[^1] == EqualMassName;
        string[] numbers = equalMass ? arguments[..^1] : arguments;
        return numbers.Length switch
        {
            0 => new CalibrationCut(10, equalMass),
            1 when int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out int bins) && bins is >= 1 and <= MostBins =>
                new CalibrationCut(bins, equalMass),
            _ => null,
        };
    }

    public string Name(string family) => (Bins, EqualMass) switch
    {
        (10, false) => family,
        (10, true) => MetricName.Of(family, EqualMassName),
        (_, false) => MetricName.Of(family, MetricName.Number(Bins)),
        _ => MetricName.Of(family, MetricName.Number(Bins), EqualMassName),
    };
}
