namespace Lifecycle.Validation;

/// <summary>Rules in the making. Verbs are extension methods; mistakes are told when the contract takes the rules, all at once.</summary>
public abstract class RuleList
{
    private readonly List<Expectation> _expectations = [];

    private protected RuleList()
    {
    }

    /// <summary>The expectations so far, in the order they were added.</summary>
    public IReadOnlyList<Expectation> Expectations => _expectations;

    internal List<string> Mistakes { get; } = [];

    internal void Add(Expectation expectation, double? mostly = null)
    {
        expectation.Mostly = mostly ?? expectation.Mostly;
        _expectations.Add(expectation);
    }

    internal void ChangeLast(string verb, Action<Expectation> change)
    {
        if (_expectations.Count == 0)
        {
            Mistakes.Add($"{verb} needs a rule before it.");
        }
        else
        {
            change(_expectations[^1]);
        }
    }
}

/// <summary>Rules of one column.</summary>
public abstract class ColumnRules : RuleList
{
    private protected ColumnRules(string column) => Column = column;

    /// <summary>Name of the column.</summary>
    public string Column { get; }
}

/// <summary>Rules of whole rows and of the table.</summary>
public abstract class RowRules : RuleList
{
    private protected RowRules()
    {
    }
}

/// <summary>How severe a rule is and when it is asked.</summary>
public static class RuleSettings
{
    /// <summary>Says what the last rule means for the contract when it is broken; an error unless said.</summary>
    public static TRules As<TRules>(this TRules rules, Severity severity)
        where TRules : RuleList
    {
        ArgumentNullException.ThrowIfNull(rules);
        rules.ChangeLast("As(..)", e => e.Severity = severity);
        return rules;
    }

    /// <summary>Asks the last rule only when rows of this stage are checked: a label need not be there when serving.</summary>
    public static TRules When<TRules>(this TRules rules, Stage stage)
        where TRules : RuleList
    {
        ArgumentNullException.ThrowIfNull(rules);
        rules.ChangeLast("When(..)", e => e.Stage = stage);
        return rules;
    }
}
