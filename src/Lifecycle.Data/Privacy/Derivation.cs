namespace Lifecycle.Data;

/// <summary>One derivation: the first pass measures and decides which rows go, the second writes. Of the rows only numbers are held between
/// them.</summary>
internal sealed class Derivation
{
    private readonly DatasetVersion _source;
    private readonly TableSummary _table;
    private readonly ResolvedPlan _plan;
    private readonly DerivationSetting _setting;
    private readonly string _actor;
    private readonly RiskColumns? _risk;
    private DisclosureRisk? _before;
    private DisclosureRisk? _after;
    private bool[] _leftOut = [];
    private int[] _classOf = [];
    private int _rounds;
    private long _suppressed;

    public Derivation(DatasetVersion source, TableSummary table, ResolvedPlan plan, DerivationSetting setting, string actor)
    {
        _source = source;
        _table = table;
        _plan = plan;
        _setting = setting;
        _actor = actor;
        _risk = plan.Plan.Requirement is { } required ? new RiskColumns(plan, required, setting) : null;
    }

    /// <summary>The first pass.</summary>
    /// <exception cref="PrivacyPlanException">A column is free text that nobody let through, or a hierarchy does not know a
    /// value.</exception>
    /// <exception cref="PrivacyRequirementNotMetException">The requirement cannot be met.</exception>
    public async ValueTask MeasureAsync(CancellationToken cancellationToken)
    {
        FreeTextCheck freeText = new(_plan, _setting);
        string[] columns = [.. (_risk?.Columns ?? []).Concat(freeText.Columns).Distinct(StringComparer.Ordinal)];
        if (columns.Length > 0)
        {
            await foreach (ColumnBatch batch in _source.ReadRowsAsync(_table.Path, columns, cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                _risk?.Add(batch);
                freeText.Add(batch);
            }
        }

        freeText.Require();
        if (_risk is not null)
        {
            Suppress(_risk, _plan.Plan.Requirement!);
        }
    }

    /// <summary>The second pass: the rows as CSV.</summary>
    public DerivedRows Write(CancellationToken cancellationToken) =>
        new(_source, _table, _plan, _setting, row => _leftOut.Length > 0 && _leftOut[_classOf[row]], cancellationToken);

    /// <summary>What was done.</summary>
    public RiskReport Report(IReadOnlyList<ColumnTreatment> columns, IReadOnlyList<string>? warnings = null) =>
        RiskReportJson.Read(new RiskReport(_before, _after)
        {
            Outcome = Outcome(),
            RowsRead = _table.Rows,
            RowsSuppressed = _suppressed,
            Rounds = _rounds,
            Columns = columns,
            Warnings = warnings ?? [],
        }.ToBytes());

    private void Suppress(RiskColumns risk, PrivacyRequirement required)
    {
        ClassTable table;
        bool isNumber;
        (_before, table, _classOf, isNumber) = risk.Measure();
        Suppression? done = null;
        if (!required.IsOnlyMeasured)
        {
            done = Suppression.Of(table, required, isNumber);
            _leftOut = done.LeftOut;
            _rounds = done.Rounds;
            _suppressed = done.Rows;
        }

        _after = DisclosureRisk.Of(table, _leftOut, risk.Left, required.Sensitive, isNumber);
        if (done is not null && (!done.IsMet || done.Rows > required.SuppressAtMost * _table.Rows))
        {
            double share = (double)done.Rows / _table.Rows;
            throw new PrivacyRequirementNotMetException(
                FormattableString.Invariant($"k {required.K}, l {required.L}, t {required.T} over {string.Join(", ", required.QuasiIdentifiers)} ")
                + (done.IsMet
                    ? FormattableString.Invariant($"needs {done.Rows} of {_table.Rows} rows ({share:P1}) to be left out, and {required.SuppressAtMost:P1} are allowed. ")
                    : FormattableString.Invariant($"is not reached after {done.Rounds} rounds of suppression, which left out {done.Rows} of {_table.Rows} rows. "))
                + "Nothing was written. Make the quasi-identifiers more general (Bin, Truncate, Map at a higher level), allow more suppression, or require less.",
                Report([]) with { Outcome = new PrivacyOutcome(PrivacyClaim.None) });
        }
    }

    private PrivacyOutcome Outcome()
    {
        PrivacyPlan plan = _plan.Plan;
        if (plan.Attestation is { } attestation)
        {
            return new PrivacyOutcome(PrivacyClaim.DeIdentified) { AttestedBy = _actor, Attestation = attestation };
        }

        return _plan.IsReversible ? new PrivacyOutcome(PrivacyClaim.Pseudonymized)
            : plan.Requirement is { IsOnlyMeasured: false } met
                ? new PrivacyOutcome(PrivacyClaim.Anonymized) { K = met.K, L = met.L > 1 ? met.L : null, T = met.T < 1 ? met.T : null }
                : new PrivacyOutcome(PrivacyClaim.None);
    }
}
