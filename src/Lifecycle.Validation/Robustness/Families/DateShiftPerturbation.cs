using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Dates some days off to either side; times besides by an hour (summer time) or half a day (a clock of twelve hours).</summary>
internal sealed class DateShiftPerturbation(double days) : Perturbation(PerturbationFamily.DateShift, days)
{
    private static readonly double[] Hours = [-12, -1, 1, 12];

    internal override string Words => FormattableString.Invariant($"Dates moved by {Level} days to either side");

    internal override string? Problem => WholeProblem(1, 36_525);

    internal override string NothingToChange => "no feature is a date that may change";

    internal override bool CanChange(CodedColumn column) => column.Kind is CellKind.Date or CellKind.Time && column.Figures.Count > 0;

    internal override void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random)
    {
        bool isTime = column.Kind == CellKind.Time;
        double day = isTime ? TimeSpan.TicksPerDay : 1;
        for (int i = 0; i < cells.Length; i++)
        {
            double sign = random.NextBelow(2) == 0 ? -1 : 1;
            double hours = isTime ? Hours[random.NextBelow(Hours.Length)] * TimeSpan.TicksPerHour : 0;
            cells[i] = column.Values[i] + sign * Level * day + hours;
        }
    }
}
