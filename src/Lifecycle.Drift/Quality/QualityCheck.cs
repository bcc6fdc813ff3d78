using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>
/// Finds what is wrong with the data besides its distribution. Rules with chance are tested in every column and corrected over the columns,
/// each rule for itself; a column without a case counts with p = 1.
/// </summary>
internal sealed partial class QualityCheck(DriftPolicy policy)
{
    private const double LeastRise = 0.01;
    private const double LeastUnseen = 0.005;
    private const double LeastOutside = 0.001;
    private const long LeastConstant = 20;
    private const int MostNamed = 5;

    private readonly Dictionary<QualityRule, List<Case>> _tests = [];
    private readonly List<QualityFinding> _facts = [];

    public void Schema(string column, QualityRule rule, string message) => _facts.Add(new QualityFinding(column, rule, 0, 0, 0, null, message));

    public void Numeric(NumericColumn reference, NumericTally tally, ColumnFinding finding)
    {
        Shares(reference, finding);
        long m = finding.Current.Count;
        Outside(reference, tally, m);
        Cardinality(reference, tally.Distinct, m);
        if (tally.OutsideDeclared > 0)
        {
            Fact(reference.Name, QualityRule.OutOfDeclaredRange, tally.OutsideDeclared, m, string.Create(
                CultureInfo.InvariantCulture,
                $"{AtLeast(tally.KnowsEveryValue, tally.OutsideDeclared)} of {m:N0} values lie outside the declared {NumberRange.Of(reference.DeclaredMinimum ?? double.NaN, reference.DeclaredMaximum ?? double.NaN)}."));
        }

        if (tally.Fractional > 0 && reference.IsIntegral)
        {
            Fact(reference.Name, QualityRule.TypeChanged, tally.Fractional, m, string.Create(
                CultureInfo.InvariantCulture, $"{tally.Fractional:N0} of {m:N0} values are no whole numbers; the reference has whole numbers only."));
        }

        // On a grid of values a single full bin is a single value; elsewhere the values themselves must say so.
        if (reference.Maximum > reference.Minimum)
        {
            Constant(reference, reference.HasBinPerValue ? IsOneValue(tally.Bins, m) : tally.IsOneValue, m, reference.CountArray.Max());
        }
    }

    public void Category(CategoryColumn reference, CategoryTally tally, ColumnFinding finding)
    {
        Shares(reference, finding);
        long m = finding.Current.Count;
        Cardinality(reference, tally.Distinct, m);
        if (reference.Count > 0 && reference.OtherCount == 0)
        {
            Test(QualityRule.UnseenLabel, reference.Name, tally.Unseen, m, 0, LeastUnseen, tally.Unseen == 0 ? 0 : QualityLaws.LogUnseen(tally.Unseen, m, reference), () =>
            {
                string labels = string.Join(", ", tally.UnseenLabels.OrderByDescending(l => l.Value).ThenBy(l => l.Key, StringComparer.Ordinal).Take(MostNamed).Select(l => $"'{l.Key}'"));
                string more = tally.UnseenLabels.Count > MostNamed ? ", ..." : "";
                return string.Create(CultureInfo.InvariantCulture, $"{tally.Unseen:N0} of {m:N0} values have labels that the reference does not have: {labels}{more}.");
            });
        }

        if (reference.Labels.Count + reference.OtherLabels > 1)
        {
            bool isOne = m > 0 && (tally.Labels.Contains(m) || (tally.Unseen == m && tally.UnseenLabels.ContainsValue(m)));
            Constant(reference, isOne, m, reference.Labels.Select(l => l.Count).DefaultIfEmpty(0).Max());
        }
    }

    public QualityFinding[] Findings()
    {
        List<QualityFinding> found = [.. _facts];
        double level = Math.Log(policy.Alpha);
        foreach ((QualityRule rule, List<Case> cases) in _tests)
        {
            double[] adjusted = Judgement.Adjust([.. cases.Select(c => c.LogP)], policy.Correction);
            for (int i = 0; i < cases.Count; i++)
            {
                Case one = cases[i];
                if (one.IsLargeEnough && adjusted[i] <= level)
                {
                    found.Add(new QualityFinding(one.Column, rule, one.Count, one.Share, one.ReferenceShare, adjusted[i], one.Message()));
                }
            }
        }

        return [.. found.OrderBy(f => f.Rule).ThenByDescending(f => f.Share).ThenBy(f => f.Column, StringComparer.Ordinal)];
    }

    private static double Share(long count, long of) => of == 0 ? 0 : (double)count / of;

    private static bool IsOneValue(ReadOnlySpan<long> bins, long count)
    {
        for (int bin = 1; bin < bins.Length; bin += 2)
        {
            if (bins[bin] == count)
            {
                return true;
            }
        }

        return false;
    }

    private static string AtLeast(bool isExact, long count) => (isExact ? "" : "At least ") + count.ToString("N0", CultureInfo.InvariantCulture);

    private void Outside(NumericColumn reference, NumericTally tally, long m)
    {
        if (reference.Count == 0 || m == 0)
        {
            return;
        }

        long outside = tally.BelowMinimum + tally.AboveMaximum;
        Test(QualityRule.OutOfRange, reference.Name, outside, m, 0, LeastOutside, QualityLaws.LogOutside(outside, m, reference.Count), () => string.Create(
            CultureInfo.InvariantCulture,
            $"{AtLeast(tally.KnowsEveryValue || reference.HasBinPerValue, outside)} of {m:N0} values lie outside the reference's {NumberRange.Of(reference.Minimum, reference.Maximum)}: {tally.BelowMinimum:N0} below, {tally.AboveMaximum:N0} above."));
    }

    private void Test(QualityRule rule, string column, long count, long of, double referenceShare, double leastRise, double logP, Func<string> message)
    {
        if (!_tests.TryGetValue(rule, out List<Case>? cases))
        {
            _tests.Add(rule, cases = []);
        }

        double share = Share(count, of);
        cases.Add(new Case(column, count, share, referenceShare, logP, count > 0 && share - referenceShare >= leastRise, message));
    }

    private void Fact(string column, QualityRule rule, long count, long of, string message) =>
        _facts.Add(new QualityFinding(column, rule, count, Share(count, of), 0, null, message));

    /// <summary>All values are the same: chance when the reference's most frequent value, taken m times, would give that as well.</summary>
    private void Constant(ReferenceColumn reference, bool isConstant, long m, long mostFrequent)
    {
        isConstant &= m >= LeastConstant;
        double share = (mostFrequent + 1.0) / (reference.Count + 1.0);
        Test(QualityRule.Constant, reference.Name, isConstant ? m : 0, m, 0, 0, isConstant ? m * Math.Log(share) : 0, () => string.Create(
            CultureInfo.InvariantCulture, $"All {m:N0} values are the same; the reference varies."));
    }

    private void Shares(ReferenceColumn reference, ColumnFinding finding)
    {
        Rose(reference, finding.Current.Rows, QualityRule.Missing, "missing", reference.Missing, finding.Current.Missing);
        Rose(reference, finding.Current.Rows, QualityRule.Infinite, "infinite", reference.Infinite, finding.Current.Infinite);
        if (finding.Current.Unreadable > 0)
        {
            Fact(reference.Name, QualityRule.Unreadable, finding.Current.Unreadable, finding.Current.Rows, string.Create(
                CultureInfo.InvariantCulture, $"{finding.Current.Unreadable:N0} of {finding.Current.Rows:N0} values could not be read."));
        }
    }

    private void Rose(ReferenceColumn reference, long rows, QualityRule rule, string word, long before, long now)
    {
        if (reference.Rows == 0 || rows == 0)
        {
            return;
        }

        double then = Share(before, reference.Rows);
        Test(rule, reference.Name, now, rows, then, LeastRise, now == 0 ? 0 : QualityLaws.LogShareRose(before, reference.Rows, now, rows), () => string.Create(
            CultureInfo.InvariantCulture, $"{now:N0} of {rows:N0} values are {word} ({Share(now, rows):P1}, in the reference {then:P1})."));
    }

    /// <summary>A rule with chance in one column.</summary>
    private sealed record Case(string Column, long Count, double Share, double ReferenceShare, double LogP, bool IsLargeEnough, Func<string> Message);
}
