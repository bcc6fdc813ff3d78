using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>All dates of a subject moved by the same number of days.</summary>
internal sealed class ShiftDatesOperator : ColumnOperator
{
    private const int MostDays = 36_500;

    private readonly int _days;
    private readonly string _subject;
    private readonly string? _domain;

    public ShiftDatesOperator(string column, int days, string subject, string? domain)
    {
        if (days is < 1 or > MostDays)
        {
            throw new PrivacyPlanException($"'{column}': dates are shifted by 1 to {MostDays} days, not {days}.");
        }

        if (string.IsNullOrEmpty(subject) || subject == column)
        {
            throw new PrivacyPlanException($"'{column}': name the column that says whose date it is; dates of one subject move together.");
        }

        _days = days;
        _subject = subject;
        _domain = PseudonymizeOperator.Checked(column, domain);
    }

    public override string Name => "shiftDates";

    public override bool IsReversible => true;

    public override bool NeedsKey => true;

    public override string? Subject => _subject;

    public override void Check(TableColumn column)
    {
        if (!IsDate(column))
        {
            throw Refuse(column, "dates");
        }

        PseudonymizeOperator.Checked(column.Name, _domain ?? "x/" + _subject);
    }

    public override void Write(Utf8JsonWriter json, DerivationSetting setting)
    {
        json.WriteNumber("days", _days);
        json.WriteString("subject", _subject);
        json.WriteString("domain", Domain(setting));
        json.WriteString("key", setting.Key!.Id);
    }

    public override CellTransform Compile(TableColumn column, DerivationSetting setting) =>
        new Shift(new Pseudonyms(setting.Key!, Domain(setting)), _days, _subject);

    private string Domain(DerivationSetting setting) => _domain ?? $"{setting.Dataset}/{_subject}";

    private sealed class Shift(Pseudonyms pseudonyms, int days, string subject) : CellTransform
    {
        private BatchColumn? _subjects;

        public override bool DependsOnRow => true;

        public override void Begin(ColumnBatch batch) => _subjects = batch[subject];

        public override string? Apply(BatchColumn column, int row)
        {
            if (_subjects!.Text(row) is not { } whose)
            {
                return null;
            }

            int by = pseudonyms.DateShift(whose, days);
            DateTime date = CellValue.DateOf(column, row);
            if ((by < 0 && date - DateTime.MinValue < TimeSpan.FromDays(-by)) || (by > 0 && DateTime.MaxValue - date < TimeSpan.FromDays(by)))
            {
                return null;
            }

            DateTime moved = date.AddDays(by);
            return column is BatchColumn<DateOnly>
                ? new BatchColumn<DateOnly>(column.Column, new[] { DateOnly.FromDateTime(moved) }).Text(0)
                : new BatchColumn<DateTime>(column.Column, new[] { moved }).Text(0);
        }
    }
}
