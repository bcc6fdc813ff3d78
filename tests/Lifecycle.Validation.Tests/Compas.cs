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

    /// <summary>Rows of each decile, 1 to 10, by race and label.</summary>
    private static readonly (string Race, bool Label, int[] Rows)[] Deciles =
    [
        ("African-American", false, [307, 274, 201, 208, 189, 169, 163, 114, 111, 59]), ("African-American", true, [91, 119, 145, 177, 176, 215, 237, 245, 269, 227]),
        ("Asian", false, [14, 4, 3, 0, 0, 1, 0, 1, 0, 0]), ("Asian", true, [1, 0, 2, 0, 1, 2, 1, 1, 0, 1]),
        ("Caucasian", false, [539, 248, 180, 172, 130, 83, 55, 32, 30, 19]), ("Caucasian", true, [142, 113, 93, 113, 111, 111, 88, 82, 68, 45]),
        ("Hispanic", false, [148, 77, 59, 34, 24, 16, 18, 13, 9, 7]), ("Hispanic", true, [48, 36, 27, 18, 28, 21, 16, 13, 11, 14]),
        ("Native American", false, [0, 4, 1, 0, 0, 1, 1, 0, 1, 0]), ("Native American", true, [0, 0, 0, 1, 0, 1, 3, 1, 1, 3]),
        ("Other", false, [124, 41, 22, 21, 12, 13, 5, 2, 2, 2]), ("Other", true, [26, 25, 14, 25, 10, 8, 5, 8, 6, 6]),
    ];

    /// <summary>Deciles as scores and labels of all rows, by race.</summary>
    public static EvaluationSet DecilesByRace { get; } = EvaluationSet.Of(
        [.. Deciles.SelectMany(d => Enumerable.Repeat(d.Label, d.Rows.Sum()))],
        (double[])[.. Deciles.SelectMany(d => d.Rows.SelectMany((n, i) => Enumerable.Repeat(i + 1.0, n)))],
        5).Attribute("race", Deciles.SelectMany(d => Enumerable.Repeat(d.Race, d.Rows.Sum())));

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
