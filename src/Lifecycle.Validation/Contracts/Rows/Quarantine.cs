namespace Lifecycle.Validation;

/// <summary>Which rows of the last chunk are sent back, and why.</summary>
internal static class Quarantine
{
    /// <summary>All that a row broke; null when it is accepted.</summary>
    /// <param name="run">The run.</param>
    /// <param name="first">Number of the first row of the last chunk.</param>
    /// <param name="row">Place of the row in the chunk.</param>
    public static ContractViolation[]? Violations(ContractRun run, long first, int row)
    {
        bool isSentBack = false;
        foreach (ExpectationRun rule in run.Runs)
        {
            isSentBack |= RowBits.Has(rule.Broken, row)
                && ((rule.Expectation.Severity == Severity.Error && rule.Expectation.Mostly == 1 && rule.Expectation.IsAboutRows) || rule.Threw(first + row));
        }

        return isSentBack
            ? [.. run.Runs.Where(r => RowBits.Has(r.Broken, row) && (r.Expectation.IsAboutRows || r.Threw(first + row)))
                .Select(r => new ContractViolation(r.Expectation.Kind, r.Expectation.Columns, r.Expectation.Text, r.Expectation.Severity))]
            : null;
    }
}
