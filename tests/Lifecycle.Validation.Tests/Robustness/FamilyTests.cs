using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Robustness;

/// <summary>
/// What each family does to columns, against its definition: exactly where it is exact, within 3 standard errors where it is drawn.
/// </summary>
public class FamilyTests
{
    private const int Rows = 20_000;
    private static readonly string[] Towns = ["Köln", "Łódź", "Paris 12", "ulm", "ROM", "A"];
    private static readonly EvaluationSet Mixed = Make();

    public static TheoryData<PerturbationFamily> Families =>
        [.. Enum.GetValues<PerturbationFamily>().Where(f => f <= PerturbationFamily.Precision)];

    private static EvaluationSet Make()
    {
        RandomStream random = new(5);
        double[] income = new double[Rows];
        int[] age = new int[Rows];
        bool[] flags = new bool[Rows];
        string[] towns = new string[Rows];
        DateTime[] times = new DateTime[Rows];
        for (int i = 0; i < Rows; i++)
        {
            income[i] = 1e6 * Math.Exp(random.NextGaussian());
            age[i] = 18 + random.NextBelow(60);
            flags[i] = random.NextDouble() < 0.3;
            towns[i] = Towns[Math.Min(random.NextBelow(6), random.NextBelow(6))];
            times[i] = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(random.NextBelow(500_000));
        }

        return EvaluationSet.Of(new bool[Rows], new bool[Rows])
            .Feature("income", income)
            .Feature(BatchColumn.Of<int>("age", age))
            .Feature(BatchColumn.Of<float>("share", income.Select(v => (float)(v / 1e7)).ToArray()))
            .Feature(BatchColumn.Of<bool>("flag", flags))
            .Feature(BatchColumn.Of<string>("town", towns))
            .Feature(BatchColumn.Of<DateOnly>("day", times.Select(DateOnly.FromDateTime).ToArray()))
            .Feature(BatchColumn.Of<DateTime>("time", times));
    }

    private static double[] Before(string name) => Mixed.FeatureNamed(name).Column.ToDoubles();

    private static double[] After(Perturbation perturbation, string name) => perturbation.Apply(Mixed, 7)[name].ToDoubles();

    private static void Near(double expected, double actual, double error) =>
        Assert.InRange(actual, expected - 3 * error, expected + 3 * error);

    private static void IsShare(double share, int changed, int rows = Rows) =>
        Near(share * rows, changed, Math.Sqrt(rows * share * (1 - share)));

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void LevelZero_IsIdentity_AndLevelsGrow(PerturbationFamily family)
    {
        ColumnBatch plain = Mixed.FeatureBatch();
        ColumnBatch same = Perturbation.At(family, 0).Apply(Mixed);
        Draft draft = Perturbation.At(family, 0).Change(Mixed.Table(), 1, 0)!;
        Assert.True(draft.IsEmpty);
        Assert.All(plain.Columns.Zip(same.Columns), c => Assert.Same(c.First, c.Second));
        double[] changed = [.. Enumerable.Range(1, 5).Select(s => Distance(plain, Perturbation.At(family, s).Apply(Mixed)))];
        Assert.All(changed, d => Assert.True(d > 0, family.ToString()));
        Assert.True(changed[4] > changed[0], $"{family}: {string.Join(" ", changed)}");
        Assert.Equal(5, PerturbationLevels.Of(family).Length);
    }

    /// <summary>Changed cells, each by how far it moved in standard deviations, at most 1.</summary>
    private static double Distance(ColumnBatch before, ColumnBatch after)
    {
        double sum = 0;
        foreach ((BatchColumn b, BatchColumn a) in before.Columns.Zip(after.Columns).Where(p => !ReferenceEquals(p.First, p.Second)))
        {
            bool isNumber = b.Column.Type is ColumnType.Double or ColumnType.Int32 or ColumnType.Single;
            double[] x = isNumber ? b.ToDoubles() : [], y = isNumber ? a.ToDoubles() : [];
            double scale = isNumber ? Deviation(x) : 1;
            for (int i = 0; i < b.Count; i++)
            {
                sum += isNumber && double.IsFinite(y[i]) ? Math.Min(1, Math.Abs(x[i] - y[i]) / scale)
                    : (b[i], a[i]) is (DateOnly p, DateOnly q) ? Math.Abs(p.DayNumber - q.DayNumber) / 400.0
                    : (b[i], a[i]) is (DateTime s, DateTime t) ? Math.Abs((s - t).TotalDays) / 400
                    : Equals(b[i], a[i]) ? 0 : 1;
            }
        }

        return sum;
    }

    [Fact]
    public void Noise_ScalesWithColumn()
    {
        foreach (string name in new[] { "income", "share" })
        {
            double[] before = Before(name);
            double[] moved = [.. After(Perturbation.Noise(0.1), name).Zip(before, (a, b) => (a - b) / (0.1 * Deviation(before)))];
            Near(0, moved.Average(), 1 / Math.Sqrt(Rows));
            Near(1, Deviation(moved), 1 / Math.Sqrt(2.0 * Rows));
        }

        Assert.All(After(Perturbation.Noise(0.1), "age"), v => Assert.Equal(Math.Round(v), v));
    }

    [Fact]
    public void Jitter_IsUniformWithinTheMiddle()
    {
        double[] before = Before("income"), sorted = [.. before.Order()];
        double Quantile(double p) =>
            sorted[(int)(p * (Rows - 1))] + (p * (Rows - 1) % 1) * (sorted[(int)(p * (Rows - 1)) + 1] - sorted[(int)(p * (Rows - 1))]);
        double width = 0.2 * (Quantile(0.95) - Quantile(0.05));
        double[] moved = [.. After(Perturbation.Jitter(0.2), "income").Zip(before, (a, b) => (a - b) / width)];
        Assert.All(moved, m => Assert.InRange(m, -1.000001, 1.000001));
        Near(1.0 / 3, moved.Average(m => m * m), Math.Sqrt((1.0 / 5 - 1.0 / 9) / Rows));
    }

    [Fact]
    public void Rounding_LeavesSteps()
    {
        double[] before = Before("income"), after = After(Perturbation.Rounding(16), "income");
        double step = (before.Max() - before.Min()) / 16;
        Assert.InRange(after.Distinct().Count(), 2, 17);
        Assert.All(after.Zip(before), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, step / 2 * 1.000001));
    }

    [Fact]
    public void ScaleError_TakesFactorsInTurn()
    {
        double[] ratios = [.. After(Perturbation.ScaleError(0.05),
            "income").Zip(Before("income"), (a, b) => Math.Round(a / b, 6)).Where(r => r != 1)];
        IsShare(0.05, ratios.Length);
        Assert.Equal([10, 0.1, 100, 0.001, 10, 0.1, 100, 0.001], ratios[..8]);
    }

    [Fact]
    public void OffsetAndExtrapolation_AreExact()
    {
        double[] before = Before("income");
        double deviation = Deviation(before), span = before.Max() - before.Min();
        Assert.All(
            After(Perturbation.Offset(0.5), "income").Zip(before), p => Assert.Equal(0.5 * deviation, p.First - p.Second, 1e-6 * deviation));
        double[] wide = After(Perturbation.Extrapolation(0.2), "income");
        Assert.Equal(before.Max() + 0.2 * span, wide.Max(), 1e-6 * span);
        Assert.Equal(before.Min() - 0.2 * span, wide.Min(), 1e-6 * span);
    }

    [Fact]
    public void Missing_TakesItsShareOfEveryColumn()
    {
        ColumnBatch gone = Perturbation.Missing(0.1).Apply(Mixed, 7);
        IsShare(0.1, gone["income"].ToDoubles().Count(double.IsNaN));
        foreach (string name in new[] { "age", "flag", "town", "day", "time" })
        {
            IsShare(0.1, gone[name].NullCount);
            Assert.True(gone[name].Column.Nullable);
        }

        double[] filled = After(Perturbation.Missing(0.1, MissingFill.Mean), "income"), before = Before("income");
        Assert.All(filled.Zip(before).Where(p => p.First != p.Second), p => Assert.Equal(before.Average(), p.First, 1e-3));
        Assert.Equal("Köln", Perturbation.Missing(1, MissingFill.Mean).Apply(Mixed, 7)["town"].Text(3));
        IsShare(0.1, After(Perturbation.Missing(0.1, MissingFill.Sentinel, -99), "age").Count(v => v == -99));
    }

    [Fact]
    public void ColumnMissing_TakesWholeColumns()
    {
        Perturbation two = Perturbation.ColumnMissing(2);
        int[][] choices = [.. Enumerable.Range(0, two.Variants).Select(v => two.Change(Mixed.Table(), 7, v)!)
            .Select(d => Enumerable.Range(0, 7).Where(c => d.Changed(c) is { } cells && cells.All(double.IsNaN)).ToArray())];
        Assert.Equal(5, choices.Length);
        Assert.All(choices, c => Assert.Equal(2, c.Length));
        Assert.True(choices.Select(c => string.Join(",", c)).Distinct().Count() > 1);
        Assert.Equal(7,
            Enumerable.Range(0, 7).Count(c => Perturbation.ColumnMissing(99).Change(Mixed.Table(), 7, 0)!.Changed(c) is not null));
    }

    [Fact]
    public void Shuffle_KeepsTheValuesOfTheColumn()
    {
        double[] before = Before(
            "income"), after = After(Perturbation.Shuffle(0.2), "income"), all = After(Perturbation.Shuffle(1), "income");
        Assert.Equal(before.Order(), after.Order());
        IsShare(0.2, after.Zip(before).Count(p => p.First != p.Second));
        Assert.InRange(all.Zip(before).Count(p => p.First == p.Second), 0, 6);
    }

    [Fact]
    public void Categories_AreUnseenOrDrawnFromTheColumn()
    {
        BatchColumn towns = Mixed.FeatureNamed("town").Column, unseen = Perturbation.UnseenCategory(0.1).Apply(Mixed, 7)["town"];
        string[] odd = [.. Enumerable.Range(0, Rows).Select(i => unseen.Text(i)!).Except(Towns)];
        Assert.Equal(["unseen"], odd);
        IsShare(0.1, Enumerable.Range(0, Rows).Count(i => unseen.Text(i) == "unseen"));

        BatchColumn swapped = Perturbation.CategorySwap(0.5).Apply(Mixed, 7)["town"];
        (string From,
            string To)[] moves = [.. Enumerable.Range(0, Rows).Select(i => (towns.Text(i)!, swapped.Text(i)!)).Where(p => p.Item1 != p.Item2)];
        IsShare(0.5, moves.Length);
        Dictionary<string, int> counts = Enumerable.Range(0, Rows).GroupBy(i => towns.Text(i)!).ToDictionary(g => g.Key, g => g.Count());
        foreach (string from in Towns)
        {
            int total = moves.Count(m => m.From == from);
            foreach (string to in Towns.Where(t => t != from))
            {
                double share = (double)counts[to] / (Rows - counts[from]);
                Near(share * total, moves.Count(m => m == (from, to)), Math.Max(1, Math.Sqrt(total * share * (1 - share))));
            }
        }

        IsShare(0.5, After(Perturbation.CategorySwap(0.5), "flag").Zip(Before("flag")).Count(p => p.First != p.Second));
    }

    [Fact]
    public void TextNoise_WritesDifferently()
    {
        BatchColumn towns = Mixed.FeatureNamed("town").Column, noisy = Perturbation.TextNoise(0.2).Apply(Mixed, 7)["town"];
        string[] written = [.. Enumerable.Range(0, Rows).Where(i => towns.Text(i) != noisy.Text(i)).Select(i => noisy.Text(i)!)];
        IsShare(0.2, written.Length);
        Assert.Contains("KÖLN", written);
        Assert.Contains("Koln", written);
        Assert.Contains("Lodz", written.Select(Spelling.WithoutDiacritics));
        Assert.Contains("Paris １２", written);
        Assert.Contains(" ulm", written);
        Assert.Contains("ul", written);
        Assert.Contains("uml", written);
        Assert.Contains("ullm", written);
        Assert.Equal("ÀÖØ-ÿ Ž".Length, Spelling.WithoutDiacritics("ÀÖØ-ÿ Ž").Length);
        Assert.Equal("AOO-y Z Æ ß 漢", Spelling.WithoutDiacritics("ÀÖØ-ÿ Ž Æ ß 漢"));
    }

    [Fact]
    public void OutliersAndSigns_TakeTheirShare()
    {
        double[] before = Before(
            "income"), far = After(Perturbation.Outliers(0.05), "income"), turned = After(Perturbation.SignFlip(0.05), "income");
        double mean = before.Average(), ten = 10 * Deviation(before);
        double[] outliers = [.. far.Zip(before).Where(p => p.First != p.Second).Select(p => (p.First - mean) / ten)];
        IsShare(0.05, outliers.Length);
        Assert.All(outliers, o => Assert.Equal(1, Math.Abs(o), 1e-9));
        IsShare(0.5, outliers.Count(o => o > 0), outliers.Length);
        IsShare(0.05, turned.Zip(before).Count(p => p.First == -p.Second));
    }

    [Fact]
    public void DateShift_MovesDaysAndZones()
    {
        ColumnBatch moved = Perturbation.DateShift(30).Apply(Mixed, 7);
        int[] days = [.. Enumerable.Range(0, Rows).Select(i =>
            ((DateOnly)moved["day"][i]!).DayNumber - ((DateOnly)Mixed.FeatureNamed("day").Column[i]!).DayNumber)];
        Assert.All(days, d => Assert.Equal(30, Math.Abs(d)));
        IsShare(0.5, days.Count(d => d > 0));
        double[] hours = [.. Enumerable.Range(0, Rows).Select(i =>
            ((DateTime)moved["time"][i]! - (DateTime)Mixed.FeatureNamed("time").Column[i]!).TotalHours)];
        double[] zones = [.. hours.Select(h => Math.Round(h - Math.Sign(h) * 30 * 24, 3))];
        Assert.Equal([-12, -1, 1, 12], zones.Distinct().Order());
        Assert.All(zones.GroupBy(z => z), g => IsShare(0.25, g.Count()));
    }

    [Fact]
    public void Precision_PassesThroughTheForm()
    {
        double[] before = Before("income");
        Assert.Equal(before.Select(v => (double)(float)v), After(Perturbation.Precision(NumberForm.Single), "income"));
        Assert.Equal(before.Select(v => (double)(Half)Math.Min(v, 65_504)), After(Perturbation.Precision(NumberForm.Half), "income"));
        Assert.All(
            After(Perturbation.Precision(NumberForm.BFloat16), "income").Zip(before), p => Assert.InRange(Math.Abs(p.First / p.Second - 1), 0, 1.0 / 256));
        Assert.All(
            After(Perturbation.Precision(NumberForm.BFloat16), "income"), v => Assert.Equal(0u, BitConverter.SingleToUInt32Bits((float)v) & 0xFFFF));
        Assert.InRange(After(Perturbation.Precision(NumberForm.Int8), "income").Distinct().Count(), 50, 256);
        double step = (before.Max() - before.Min()) / 65_535;
        Assert.All(
            After(Perturbation.Precision(NumberForm.Int16), "income").Zip(before), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, step / 2 * 1.001));
    }

    [Fact]
    public void Draws_BelongToSeedFamilyAndColumn()
    {
        double[] noise = After(Perturbation.Noise(0.1), "income");
        Assert.Equal(noise, Perturbation.Noise(0.1).Apply(Mixed, 7)["income"].ToDoubles());
        Assert.NotEqual(noise, Perturbation.Noise(0.1).Apply(Mixed, 8)["income"].ToDoubles());
        RandomStream stream = new(7, 1UL << 32);
        Assert.Equal(0.1 * Deviation(Before("income")) * stream.NextGaussian(), noise[0] - Before("income")[0], 1e-3);
        EvaluationSet more = Mixed.Feature("more", Before("income"));
        Assert.Equal(noise, Perturbation.Noise(0.1).Apply(more, 7)["income"].ToDoubles());
    }

    [Fact]
    public void UnchangedCells_KeepTheirOwnValue()
    {
        long[] big = [long.MaxValue, long.MaxValue - 1, 5, long.MinValue];
        EvaluationSet set = EvaluationSet.Of(new bool[4], new bool[4]).Feature(
            BatchColumn.Of<long>("id", big, new[] { true, true, true, false }));
        Draft draft = new(set.Table());
        draft.Set(0, [.. set.Table().Columns[0].Values]);
        Assert.Equal(big, draft.Decode().Column<long>("id").Values.ToArray());
        Assert.Equal([true, true, true, false], draft.Decode()["id"].Valid.ToArray());
    }
}
