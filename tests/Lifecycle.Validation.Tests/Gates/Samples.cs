using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Gates;

/// <summary>Made-up applicants: the label follows x, the score follows x with noise, the group is drawn apart.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Rows whose score separates the classes by <paramref name="signal"/> standard deviations.</summary>
    public static EvaluationSet Scored(int rows, double signal = 2, ulong seed = 1, double groupShift = 0)
    {
        RandomStream random = new(seed);
        bool[] labels = new bool[rows];
        double[] x = new double[rows], scores = new double[rows];
        string[] groups = new string[rows];
        for (int i = 0; i < rows; i++)
        {
            labels[i] = i % 2 == 0;
            groups[i] = random.NextDouble() < 0.5 ? "no" : "yes";
            x[i] = (labels[i] ? signal : 0) + random.NextGaussian() + (groups[i] == "yes" ? groupShift : 0);
            scores[i] = Score(x[i], signal);
        }

        return EvaluationSet.Of(labels, scores).Attribute("afam", groups).Feature("x", x).Meaning("denied");
    }

    public static double Score(double x, double signal = 2) => 1 / (1 + Math.Exp(signal / 2 - x));

    /// <summary>A model that scores the feature x.</summary>
    public static BatchPredictor Model(double signal = 2) => (rows, scores, _) =>
    {
        double[] x = rows["x"].ToDoubles();
        for (int i = 0; i < x.Length; i++)
        {
            scores.Span[i] = Score(x[i], signal);
        }

        return ValueTask.CompletedTask;
    };

    /// <summary>Two groups of equal size with the given selection rates; labels all true or half.</summary>
    public static EvaluationSet Selected(int rowsEach, double first, double second) => Compas.Make(
        [(["a"], rowsEach - (int)(rowsEach * first), (int)(rowsEach * first), 0, 0), (["b"], rowsEach - (int)(rowsEach * second), (int)(rowsEach * second), 0, 0)], "g");

    public static EvaluationSet Decided(int right, int wrong) => EvaluationSet.Of(
        [.. Enumerable.Range(0, right + wrong).Select(i => i % 2 == 0)],
        (bool[])[.. Enumerable.Range(0, right + wrong).Select(i => i % 2 == 0 == (i < right))]);
}
