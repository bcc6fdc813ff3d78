namespace Lifecycle.Validation.Tests;

/// <summary>The COMPAS two-year data as counts by race and sex (and, apart, by age): every group metric follows from them.</summary>
internal static class Compas
{
    private static readonly (string Race, string Sex, int Tn, int Fp, int Fn, int Tp)[] Cells =
    [
        ("African-American", "Female", 241, 164, 74, 173), ("African-American", "Male", 749, 641, 458, 1196),
        ("Asian", "Female", 1, 0, 1, 0), ("Asian", "Male", 20, 2, 2, 6),
        ("Caucasian", "Female", 257, 111, 86, 113), ("Caucasian", "Male", 882, 238, 375, 392),
        ("Hispanic", "Female", 63, 7, 24, 9), ("Hispanic", "Male", 255, 80, 105, 94),
        ("Native American", "Female", 1, 0, 0, 3), ("Native American", "Male", 4, 3, 1, 6),
        ("Other", "Female", 46, 6, 10, 5), ("Other", "Male", 162, 30, 80, 38),
    ];

    public static EvaluationSet RaceAndSex { get; } = Make(Cells.Select(c => (new[] { c.Race, c.Sex }, c.Tn, c.Fp, c.Fn, c.Tp)), "race", "sex");

    public static EvaluationSet Age { get; } = Make(
        [
            (["25 - 45"], 1479, 741, 706, 1183),
            (["Greater than 45"], 897, 181, 285, 213),
            (["Less than 25"], 305, 360, 225, 639),
        ], "age_cat");

    /// <summary>Two groups only.</summary>
    public static EvaluationSet TwoRaces { get; } = Make(
        Cells.Where(c => c.Race is "African-American" or "Caucasian").Select(c => (new[] { c.Race, c.Sex }, c.Tn, c.Fp, c.Fn, c.Tp)), "race", "sex");

    /// <summary>Scores (decile - 0.5)/10 and labels of all rows, without attributes.</summary>
    public static EvaluationSet Scores { get; } = MakeScores();

    public static EvaluationSet Make(IEnumerable<(string[] Values, int Tn, int Fp, int Fn, int Tp)> cells, params string[] attributes)
    {
        List<bool> labels = [], predictions = [];
        List<string>[] columns = [.. attributes.Select(_ => new List<string>())];
        foreach ((string[] values, int tn, int fp, int fn, int tp) in cells)
        {
            foreach ((int count, bool label, bool prediction) in new[] { (tn, false, false), (fp, false, true), (fn, true, false), (tp, true, true) })
            {
                labels.AddRange(Enumerable.Repeat(label, count));
                predictions.AddRange(Enumerable.Repeat(prediction, count));
                for (int a = 0; a < columns.Length; a++)
                {
                    columns[a].AddRange(Enumerable.Repeat(values[a], count));
                }
            }
        }

        EvaluationSet set = EvaluationSet.Of(labels.ToArray(), predictions.ToArray());
        for (int a = 0; a < columns.Length; a++)
        {
            set = set.Attribute(attributes[a], columns[a]);
        }

        return set;
    }

    private static EvaluationSet MakeScores()
    {
        int[] zeros = [1132, 648, 466, 435, 355, 283, 242, 162, 153, 87], ones = [308, 293, 281, 334, 326, 358, 350, 350, 355, 296];
        List<bool> labels = [];
        List<double> scores = [];
        for (int d = 0; d < 10; d++)
        {
            labels.AddRange(Enumerable.Repeat(false, zeros[d]).Concat(Enumerable.Repeat(true, ones[d])));
            scores.AddRange(Enumerable.Repeat((d + 1 - 0.5) / 10, zeros[d] + ones[d]));
        }

        return EvaluationSet.Of(labels.ToArray(), scores.ToArray(), 0.45);
    }
}
