using System.Globalization;

namespace Lifecycle.Data.Tests;

/// <summary>Suppression against the same rule written down by LINQ.</summary>
public sealed class RequirementTests
{
    // null when the requirement is not reached in 10 rounds
    private static (HashSet<int> Kept, int Rounds, bool IsMet) Naive(RandomTable table, int k, int l, double t)
    {
        string[] keys = [.. Enumerable.Range(0, table.Batch.RowCount).Select(r => string.Join('\u001f', table.QuasiIdentifiers.Select(q => NaiveRisk.Text(table.Batch[q], r))))];
        string[] sensitive = [.. Enumerable.Range(0, keys.Length).Select(r => NaiveRisk.Text(table.Batch["s"], r))];
        double[] numbers = table.SensitiveIsNumber ? [.. Enumerable.Range(0, keys.Length).Select(r => NaiveRisk.Number(table.Batch["s"], r))] : [];
        HashSet<int> kept = [.. Enumerable.Range(0, keys.Length)];
        for (int round = 0; ; round++)
        {
            int[][] failing =
            [
                .. kept.GroupBy(r => keys[r]).Select(g => g.ToArray()).Where(c => c.Length < k || c.Select(r => sensitive[r]).Distinct().Count() < l
                    || (t < 1 && Distance([.. c], [.. kept]) > t + 1e-12)),
            ];
            if (failing.Length == 0 || round == 10)
            {
                return (kept, round, failing.Length == 0);
            }

            kept.ExceptWith(failing.SelectMany(c => c));
        }

        double Distance(int[] some, int[] all) => table.SensitiveIsNumber
            ? NaiveRisk.Numbers([.. some.Select(r => numbers[r])], [.. all.Select(r => numbers[r])])
            : NaiveRisk.Categories([.. some.Select(r => sensitive[r])], [.. all.Select(r => sensitive[r])]);
    }

    [Fact]
    public void RandomTables_AreSuppressedAsTheRuleSays()
    {
        int several = 0;
        for (int seed = 1; seed <= 1000; seed++)
        {
            RandomTable table = new(seed, most: 120 + (seed % 2 * 400));
            Random random = SeededRandom.Of(seed + 5000);
            (int k, int l, double t) = (random.Next(2, 4), random.Next(1, 3), random.Next(0, 5) == 0 ? 1 : random.Next(2, 12) * .0318);
            PrivacyRequirement required = new(table.QuasiIdentifiers, "s", k, l, t, 1);
            (HashSet<int> kept, int rounds, bool isMet) = Naive(table, k, l, t);

            (ClassTable classes, int[] classOf) = Counted(table);
            Suppression found = Suppression.Of(classes, required, table.SensitiveIsNumber);
            string which = seed.ToString(CultureInfo.InvariantCulture);
            Assert.Equal((which, rounds, isMet), (which, found.Rounds, found.IsMet));
            Assert.Equal(kept.Order(), Enumerable.Range(0, classOf.Length).Where(r => !found.LeftOut[classOf[r]]));
            Assert.Equal(table.Batch.RowCount - kept.Count, found.Rows);
            several += rounds > 1 ? 1 : 0;
        }

        Assert.True(several > 40, $"only {several} tables took more than one round");
    }

    [Fact]
    public void Distances_In64And128Bits_AreOne()
    {
        for (int seed = 1; seed <= 300; seed++)
        {
            RandomTable table = new(seed);
            (ClassTable classes, _) = Counted(table);
            (SensitiveTotals narrow, SensitiveTotals wide) = (classes.Totals([]), classes.Totals([], wide: true));
            Assert.Equal((true, false), (narrow.IsSmall, wide.IsSmall));
            for (int id = 0; id < classes.Sizes.Length; id++)
            {
                Assert.Equal(classes.CategoryDistance(id, wide), classes.CategoryDistance(id, narrow));
                Assert.True(!table.SensitiveIsNumber || classes.NumberDistance(id, wide) == classes.NumberDistance(id, narrow));
            }
        }

        // three thousand million rows: products of counts leave 64 bits
        SensitiveTotals huge = new([1_500_000_000, 1_500_000_000], isOrdered: true);
        Assert.False(huge.IsSmall);
        Assert.Equal(((Int128)1_500_000_000 * 3_000_000_000) - ((Int128)1_000_000_000 * 1_500_000_000), huge.Gap(0, 1, 1_500_000_000, 1_000_000_000));
    }

    private static (ClassTable Classes, int[] ClassOf) Counted(RandomTable table)
    {
        CodedColumn[] columns = [.. table.Batch.Columns.Select(c => CodedColumn.Of(c.Column.Type))];
        foreach ((CodedColumn coded, BatchColumn cells) in columns.Zip(table.Batch.Columns))
        {
            coded.Add(cells);
        }

        (int[] classOf, int count) = EquivalenceClasses.Of(table.Batch.RowCount, [.. columns[..^1].Select(c => (c.Codes, c.Cardinality))]);
        return (new ClassTable(classOf, count, columns[^1].Codes.Span, columns[^1].Cardinality, columns[^1].NumericOrder()), classOf);
    }

    [Fact]
    public async Task TooMuchSuppression_WritesNothing_AndTellsHowFarItCame()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("mortgages", Samples.Hmda);
        PrivacyPlan bare = PrivacyPlan.Gdpr().Drop("pirat", "hirat", "lvrat", "unemp", "insurance", "phist")
            .Keep("chist", "mhist", "single", "hschool", "afam", "selfemp", "condomin", "deny");
        string[] all = ["chist", "mhist", "single", "hschool", "afam", "selfemp", "condomin"];
        PrivacyRequirementNotMetException error = await Assert.ThrowsAsync<PrivacyRequirementNotMetException>(
            async () => await w.Datasets.DeriveAsync("safe", v, bare.Require(all, "deny", k: 5, suppressAtMost: .05), "r"));
        Assert.Equal(216, error.Report.RowsSuppressed);
        Assert.Equal((1, 5), (error.Report.Before.MinimumClassSize, error.Report.After.MinimumClassSize));
        Assert.Equal(PrivacyClaim.None, error.Report.Outcome.Claim);
        Assert.Contains("216 of 2380 rows (9.1 %)", error.Message, StringComparison.Ordinal);
        Assert.Null(await w.Datasets.LatestAsync("safe"));
        Assert.Single(await w.AuditAsync());

        DerivedVersion safe = await w.Datasets.DeriveAsync("safe", v, bare.Require(all, "deny", k: 5, suppressAtMost: .1), "r");
        Assert.Equal(2164, safe.Version.Rows);
        Assert.Equal(5, (await DisclosureRisk.MeasureAsync(safe, all)).MinimumClassSize);
        Assert.Equal("Anonymized (k 5)", $"{safe.Outcome}");
    }

    [Fact]
    public async Task Limit_IsAShareOfAllRows_AndReachedIsAllowed()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", "q\n" + string.Concat(Enumerable.Repeat("a\n", 19)) + "b\n"));
        PrivacyPlan plan = PrivacyPlan.Gdpr().Keep("q");
        Assert.Equal(19, (await w.Datasets.DeriveAsync("s", v, plan.Require(["q"], k: 2, suppressAtMost: .05), "r")).Version.Rows);
        await Assert.ThrowsAsync<PrivacyRequirementNotMetException>(async () => await w.Datasets.DeriveAsync("s", v, plan.Require(["q"], k: 2, suppressAtMost: .049), "r"));
        await Assert.ThrowsAsync<PrivacyRequirementNotMetException>(async () => await w.Datasets.DeriveAsync("s", v, plan.Require(["q"], k: 21), "r"));
        Assert.Equal(0, (await w.Datasets.DeriveAsync("s", v, plan.Require(["q"], k: 21, suppressAtMost: 1), "r")).Version.Rows);
    }
}
