#pragma warning disable CA2225 // filters are written with operators; there is nothing to name
namespace Lifecycle.Tracking;

/// <summary>What a run is compared with in a filter, and how.</summary>
internal enum FilterTest
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
    ILike,
    In,
    NotLike,
    NotILike,
    NotIn,
    IsMissing,
    IsNaN,
}

/// <summary>What a filter asks about.</summary>
internal enum FilterField
{
    Metric,
    Param,
    Tag,
    TextAttribute,
    NumberAttribute,
    Dataset,
}

/// <summary>
/// A condition on runs, made by <see cref="RunFields"/> or read from text. Two-valued: a test on a missing key is false, <c>!=</c> too, and
/// <c>!</c> is the complement. NaN satisfies only <c>!=</c> and <see cref="MetricField.IsNaN"/>.
/// </summary>
public abstract class RunFilter
{
    private protected RunFilter()
    {
    }

    /// <summary>Reads the text form, for example <c>metrics.auc &gt; 0.9 AND (params.trainer = 'LightGbm' OR tags.owner IS NULL)</c>.</summary>
    /// <param name="text">At most 64 KiB and 64 brackets deep; empty means every run.</param>
    /// <exception cref="RunFilterException">The text is no filter; the message names the column and what was expected.</exception>
    public static RunFilter Parse(string text) => Parse(text, FilterDialect.Extended);

    /// <summary>Reads the text form in a dialect.</summary>
    /// <param name="text">At most 64 KiB and 64 brackets deep; empty means every run.</param>
    /// <param name="dialect">Whose grammar.</param>
    /// <exception cref="RunFilterException">The text is no filter; the message names the column and what was expected.</exception>
    public static RunFilter Parse(string text, FilterDialect dialect)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new FilterParser(text, dialect).Parse();
    }

    /// <summary>Both hold.</summary>
    public static RunFilter operator &(RunFilter left, RunFilter right) => new JoinFilter(left, right, isAnd: true);

    /// <summary>At least one holds.</summary>
    public static RunFilter operator |(RunFilter left, RunFilter right) => new JoinFilter(left, right, isAnd: false);

    /// <summary>It does not hold.</summary>
    public static RunFilter operator !(RunFilter filter) => new NotFilter(filter);

    /// <summary>Always false, so that <c>||</c> looks at both sides.</summary>
    public static bool operator true(RunFilter filter) => false;

    /// <summary>Always false, so that <c>&amp;&amp;</c> looks at both sides.</summary>
    public static bool operator false(RunFilter filter) => false;
}

/// <summary>Every run.</summary>
internal sealed class EveryFilter : RunFilter;

/// <summary>Two filters joined.</summary>
internal sealed class JoinFilter(RunFilter left, RunFilter right, bool isAnd) : RunFilter
{
    public RunFilter Left { get; } = left ?? throw new ArgumentNullException(nameof(left));

    public RunFilter Right { get; } = right ?? throw new ArgumentNullException(nameof(right));

    public bool IsAnd => isAnd;
}

/// <summary>The complement of a filter.</summary>
internal sealed class NotFilter(RunFilter inner) : RunFilter
{
    public RunFilter Inner { get; } = inner ?? throw new ArgumentNullException(nameof(inner));
}

/// <summary>One test of one field.</summary>
internal sealed class TestFilter(FilterField about, string key, FilterTest test, object? value) : RunFilter
{
    public FilterField Field => about;

    /// <summary>Key of the metric, param or tag, or name of the attribute.</summary>
    public string Key => key;

    public FilterTest Test => test;

    /// <summary>A double, a string, or a list of strings.</summary>
    public object? Value => value;
}

/// <summary>A filter or an order cannot be read.</summary>
public sealed class RunFilterException : LifecycleException
{
    internal RunFilterException(string message)
        : base(message)
    {
    }
}
