using System.Globalization;

namespace Lifecycle.Validation;

/// <summary>Turns what was counted into findings.</summary>
internal static class ContractJudge
{
    public static ContractResult Judge(ContractRun run)
    {
        Dictionary<Expectation, ExpectationRun> judged = run.Runs.ToDictionary(r => r.Expectation);
        Dictionary<Expectation, string?> unjudged = run.Unjudged.ToDictionary(u => u.Expectation, u => u.Why);
        bool isEmpty = run.Rows == 0;
        List<ContractFinding> findings = [];
        foreach (Expectation expectation in run.Definition.Expectations)
        {
            findings.Add(
                unjudged.TryGetValue(expectation, out string? why) ? why is null ? Skipped(expectation, $"asked only when {expectation.Stage}") : Unjudged(expectation, why)
                : isEmpty && run.Definition.AllowEmpty && !(expectation.IsAboutTable && run.Schema is not null) ? Skipped(expectation, "there is no row, which the contract allows")
                : judged.TryGetValue(expectation, out ExpectationRun? found) ? Judge(found, run)
                : Undefined(expectation, UndefinedReason.NoRows, "there is no row"));
        }

        return new ContractResult
        {
            Contract = run.Definition.Name,
            Rows = run.Rows,
            IsEmptyAllowed = run.Definition.AllowEmpty,
            Findings = findings,
        };
    }

    private static ContractFinding Judge(ExpectationRun run, ContractRun of)
    {
        Expectation expectation = run.Expectation;
        CheckFaults faults = run.Columns.Select(c => of.ColumnFaults[c]).Prepend(run.Faults).FirstOrDefault(f => f.Count > 0) ?? run.Faults;
        if (faults.Count > 0)
        {
            return Counted(run, Verdict.Fail, $"{Sentence(expectation)}: the code threw in {Rows(faults.Count)}, first in row {Number(faults.FirstRow)}: {Wording.Show(faults.Message)}") with
            {
                Value = MetricValue.Undefined(UndefinedReason.Error),
                ErrorRow = faults.FirstRow,
            };
        }

        return run.Check switch
        {
            SchemaCheck schema => OfSchema(expectation, schema.Differences),
            FigureCheck figure => OfFigure(run, figure.Result()),
            _ => OfRows(run),
        };
    }

    private static ContractFinding OfSchema(Expectation expectation, IReadOnlyList<string> differences) => differences.Count == 0
        ? Start(expectation, Verdict.Pass, $"{Sentence(expectation)}: holds.")
        : Start(expectation, Verdict.Fail, $"{Sentence(expectation)}: {string.Join(", ", differences.Take(20))}{(differences.Count > 20 ? $" and {differences.Count - 20} more" : "")}.");

    private static ContractFinding OfFigure(ExpectationRun run, ContractFigure figure)
    {
        if (run.Evaluated == 0 && !run.Expectation.IsAboutTable)
        {
            return Undefined(run.Expectation, UndefinedReason.NoRows, "no cell could be judged");
        }

        string note = figure.Note is { } text ? $" ({text})" : "";
        if (!figure.Value.IsDefined)
        {
            UndefinedReason reason = figure.Value.Reason!.Value;
            return Undefined(run.Expectation, reason, figure.Note ?? Wording.Why(reason)) with { Evaluated = run.Evaluated };
        }

        Verdict verdict = Limits.Judge(figure.Lower, figure.Upper, figure.AtLeast, figure.AtMost);
        string found = Wording.Number(figure.Value.Value);
        string end = verdict == Verdict.Inconclusive ? $"; it lies between {Wording.Number(figure.Lower)} and {Wording.Number(figure.Upper)}, so the limit cannot be judged" : "";
        return Counted(run, verdict, $"{Sentence(run.Expectation)}: found {found}{note}{end}.") with { Value = figure.Value, Lower = figure.Lower, Upper = figure.Upper };
    }

    private static ContractFinding OfRows(ExpectationRun run)
    {
        Expectation expectation = run.Expectation;
        bool isLimited = ((RowCheck)run.Check).IsLimitReached;
        if (isLimited && !(expectation.Mostly == 1 && run.Unexpected > 0))
        {
            return Undefined(expectation, UndefinedReason.LimitExceeded, "more keys than may be remembered; raise MaxTrackedKeys or declare the order (Increasing(strict: true))") with
            {
                Evaluated = run.Evaluated, Unexpected = run.Unexpected, Rows = run.Rows, Values = run.Values,
            };
        }

        if (run.Evaluated == 0)
        {
            return Undefined(expectation, UndefinedReason.NoRows, "no row could be judged");
        }

        bool holds = run.Unexpected <= Math.Floor((1 - expectation.Mostly) * run.Evaluated + 1e-9);
        string where = run.Rows.Count == 0 ? "" : $", row{(run.Unexpected == 1 ? "" : "s")} {string.Join(", ", run.Rows.Take(5).Select(Number))}{(run.Unexpected > 5 ? " and others" : "")}";
        string allowed = expectation.Mostly < 1 && run.Unexpected > 0 ? $"; {Wording.Number(100 * (1 - expectation.Mostly))} % are allowed" : "";
        string message = run.Unexpected == 0
            ? $"{Sentence(expectation)}: holds in all {Number(run.Evaluated)} judged rows."
            : $"{Sentence(expectation)}: broken by {Number(run.Unexpected)} of {Number(run.Evaluated)} ({Share(run)}){where}{allowed}.";
        return Counted(run, holds ? Verdict.Pass : Verdict.Fail, message);
    }

    private static ContractFinding Counted(ExpectationRun run, Verdict verdict, string message) => Start(run.Expectation, verdict, message) with
    {
        Evaluated = run.Evaluated, Unexpected = run.Unexpected, Rows = run.Rows, Values = run.Values,
    };

    private static ContractFinding Skipped(Expectation expectation, string why) => Start(expectation, Verdict.Skipped, $"{Sentence(expectation)}: {why}.");

    private static ContractFinding Unjudged(Expectation expectation, string why) =>
        Undefined(expectation, why.StartsWith("there is no column", StringComparison.Ordinal) ? UndefinedReason.MissingMetric : UndefinedReason.Error, why);

    private static ContractFinding Undefined(Expectation expectation, UndefinedReason reason, string why) =>
        Start(expectation, Limits.OfUndefined(reason), $"{Sentence(expectation)}: cannot be told, {why}.") with { Value = MetricValue.Undefined(reason) };

    private static ContractFinding Start(Expectation expectation, Verdict verdict, string message) => new()
    {
        Kind = expectation.Kind,
        Columns = expectation.Columns,
        Expectation = expectation.Text,
        Severity = expectation.Severity,
        Verdict = verdict,
        Message = message,
    };

    /// <summary>A broken row is never 0 %, and a whole one never 100 %.</summary>
    private static string Share(ExpectationRun run)
    {
        double share = (double)run.Unexpected / run.Evaluated;
        return share < 0.000005 ? "below 0.001 %" : share is > 0.999995 and < 1 ? "above 99.999 %" : Wording.Percent(share);
    }

    private static string Sentence(Expectation expectation) => expectation.Columns.Count > 0 ? expectation.Text : Wording.Sentence(expectation.Text);

    private static string Rows(long count) => $"{Number(count)} row{(count == 1 ? "" : "s")}";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
