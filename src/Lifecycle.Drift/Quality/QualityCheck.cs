using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Finds what is wrong with the data besides its distribution. P-values are corrected over the columns, each rule for itself.</summary>
internal sealed class QualityCheck(DriftPolicy policy)
{
    private const double LeastRise = 0.01;
    private const double LeastUnseen = 0.005;
    private const double LeastOutside = 0.001;
    private const long LeastConstant = 20;

    private readonly List<(QualityFinding Finding, double LogP, bool LargeEnough)> _tests = [];
    private readonly List<QualityFinding> _facts = [];

    public void Schema(string column, QualityRule rule, string message) => _facts.Add(new QualityFinding(column, rule, 0, 0, 0, null, message));

    public void Numeric(NumericColumn reference, NumericTally tally, ColumnFinding finding)
    {
        Shares(reference, finding);
        long m = finding.Current.Count, outside = tally.BelowMinimum + tally.AboveMaximum;
        if (reference.Count > 0 && outside > 0)
        {
            double share = Share(outside, m);
            _tests.Add((
                new QualityFinding(reference.Name, QualityRule.OutOfRange, outside, share, 0, null, string.Create(
                    CultureInfo.InvariantCulture,
                    $"{outside:N0} of {m:N0} values lie outside the reference's {reference.Minimum:G6} to {reference.Maximum:G6}: {tally.BelowMinimum:N0} below, {tally.AboveMaximum:N0} above.")),
                QualityLaws.LogOutside(outside, m, reference.Count), share >= LeastOutside));
        }

        if (tally.OutsideDeclared > 0)
        {
            _facts.Add(new QualityFinding(
                reference.Name, QualityRule.OutOfDeclaredRange, tally.OutsideDeclared, Share(tally.OutsideDeclared, m), 0, null, string.Create(
                    CultureInfo.InvariantCulture,
                    $"{tally.OutsideDeclared:N0} of {m:N0} values lie outside the declared {reference.DeclaredMinimum:G6} to {reference.DeclaredMaximum:G6}.")));
        }

        if (reference.Maximum > reference.Minimum && m >= LeastConstant)
        {
            // On a grid of values a single full bin is a single value; elsewhere the values themselves must say so.
            bool isConstant = reference.HasBinPerValue ? tally.Bins.Where((_, bin) => (bin & 1) == 1).Contains(m) : tally.IsOneValue;
            if (isConstant)
            {
                Constant(reference.Name, m);
            }
        }
    }

    public void Category(CategoryColumn reference, CategoryTally tally, ColumnFinding finding)
    {
        Shares(reference, finding);
        long m = finding.Current.Count;
        if (reference.Count > 0 && reference.OtherCount == 0 && tally.Unseen > 0)
        {
            double share = Share(tally.Unseen, m);
            string labels = string.Join(", ", tally.UnseenLabels.OrderByDescending(l => l.Value).ThenBy(l => l.Key, StringComparer.Ordinal).Take(5).Select(l => $"'{l.Key}'"));
            _tests.Add((
                new QualityFinding(reference.Name, QualityRule.UnseenLabel, tally.Unseen, share, 0, null, string.Create(
                    CultureInfo.InvariantCulture, $"{tally.Unseen:N0} of {m:N0} values have labels that the reference does not have: {labels}.")),
                QualityLaws.LogUnseen(tally.Unseen, m, reference.Singletons, reference.Count), share >= LeastUnseen));
        }

        if (reference.Labels.Count + reference.OtherLabels > 1 && m >= LeastConstant && tally.Labels.Any(l => l == m))
        {
            Constant(reference.Name, m);
        }
    }

    public QualityFinding[] Findings()
    {
        List<QualityFinding> found = [.. _facts];
        foreach (IGrouping<QualityRule, (QualityFinding Finding, double LogP, bool LargeEnough)> rule in _tests.GroupBy(t => t.Finding.Rule))
        {
            (QualityFinding Finding, double LogP, bool LargeEnough)[] tests = [.. rule];
            double[] adjusted = Judgement.Adjust([.. tests.Select(t => t.LogP)], policy.Correction);
            for (int i = 0; i < tests.Length; i++)
            {
                if (tests[i].LargeEnough && adjusted[i] <= Math.Log(policy.Alpha))
                {
                    found.Add(tests[i].Finding with { LogAdjustedPValue = adjusted[i] });
                }
            }
        }

        return [.. found.OrderBy(f => f.Rule).ThenByDescending(f => f.Share).ThenBy(f => f.Column, StringComparer.Ordinal)];
    }

    private static double Share(long count, long of) => of == 0 ? 0 : (double)count / of;

    private void Constant(string column, long count) => _facts.Add(new QualityFinding(
        column, QualityRule.Constant, count, 1, 0, null, string.Create(CultureInfo.InvariantCulture, $"All {count:N0} values are the same; the reference varies.")));

    private void Shares(ReferenceColumn reference, ColumnFinding finding)
    {
        Rose(reference, finding, QualityRule.Missing, "missing", reference.Missing, finding.Current.Missing);
        Rose(reference, finding, QualityRule.Infinite, "infinite", reference.Infinite, finding.Current.Infinite);
        if (finding.Current.Unreadable > 0)
        {
            _facts.Add(new QualityFinding(
                reference.Name, QualityRule.Unreadable, finding.Current.Unreadable, Share(finding.Current.Unreadable, finding.Current.Rows), 0, null,
                string.Create(CultureInfo.InvariantCulture, $"{finding.Current.Unreadable:N0} of {finding.Current.Rows:N0} values could not be read.")));
        }
    }

    private void Rose(ReferenceColumn reference, ColumnFinding finding, QualityRule rule, string word, long before, long now)
    {
        long rows = finding.Current.Rows;
        if (now == 0 || reference.Rows == 0)
        {
            return;
        }

        double share = Share(now, rows), then = Share(before, reference.Rows);
        _tests.Add((
            new QualityFinding(reference.Name, rule, now, share, then, null, string.Create(
                CultureInfo.InvariantCulture, $"{now:N0} of {rows:N0} values are {word} ({share:P1}, in the reference {then:P1}).")),
            QualityLaws.LogShareRose(before, reference.Rows, now, rows), share - then >= LeastRise));
    }
}
