using System.Runtime.CompilerServices;

namespace Lifecycle.Validation;

/// <summary>Rules of one value of a record.</summary>
/// <typeparam name="T">The record.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
public sealed class RecordColumnRules<T, TValue> : ColumnRules
{
    private readonly Func<T, TValue> _value;

    internal RecordColumnRules(string column, Func<T, TValue> value)
        : base(column) => _value = value;

    /// <summary>Asks the last rule only of records for which the code says yes.</summary>
    public RecordColumnRules<T, TValue> Where(Func<T, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ChangeLast("Where(..)", e => e.Condition = new RecordPredicate<T>(condition));
        return this;
    }

    /// <summary>A rule in code about the value. When the code throws, the finding is an error with the number of the row.</summary>
    /// <param name="holds">Whether the value is as it should be; missing values are not asked.</param>
    /// <param name="name">The rule in words, for the report; the code itself when null.</param>
    /// <param name="mostly">Share of the judged values that must hold.</param>
    /// <param name="code">Filled in by the compiler.</param>
    public RecordColumnRules<T, TValue> Satisfies(
        Func<TValue, bool> holds, string? name = null, double mostly = 1, [CallerArgumentExpression(nameof(holds))] string code = "")
    {
        ArgumentNullException.ThrowIfNull(holds);
        Func<T, TValue> value = _value;
        return this.With(new SatisfiesExpectation(Column, name ?? code, new RecordPredicate<T>(r => holds(value(r)))), mostly);
    }
}

/// <summary>Rules of whole records.</summary>
/// <typeparam name="T">The record.</typeparam>
public sealed class RecordRowRules<T> : RowRules
{
    private readonly List<RecordColumn<T>> _columns = [];

    internal RecordRowRules()
    {
    }

    internal IReadOnlyList<RecordColumn<T>> Columns => _columns;

    /// <summary>One value is at most another of the same record, where both are there.</summary>
    public RecordRowRules<T> LessOrEqual<TSmaller, TGreater>(
        Func<T, TSmaller> smaller, Func<T, TGreater> greater, double mostly = 1,
        [CallerArgumentExpression(nameof(smaller))] string smallerCode = "", [CallerArgumentExpression(nameof(greater))] string greaterCode = "") =>
        this.With(new LessOrEqualExpectation(Name(smaller, smallerCode), Name(greater, greaterCode)), mostly);

    /// <summary>Two values of the same record are equal, where both are there; numbers within a tolerance.</summary>
    public RecordRowRules<T> EqualTo<TFirst, TSecond>(
        Func<T, TFirst> first, Func<T, TSecond> second, double tolerance = 0, double mostly = 1,
        [CallerArgumentExpression(nameof(first))] string firstCode = "", [CallerArgumentExpression(nameof(second))] string secondCode = "") =>
        this.With(new EqualToExpectation(Name(first, firstCode), Name(second, secondCode), tolerance), mostly);

    /// <summary>No pair of these values stands twice, among records that have both.</summary>
    public RecordRowRules<T> UniqueTogether<TFirst, TSecond>(
        Func<T, TFirst> first, Func<T, TSecond> second,
        [CallerArgumentExpression(nameof(first))] string firstCode = "", [CallerArgumentExpression(nameof(second))] string secondCode = "") =>
        this.With(new UniqueTogetherExpectation([Name(first, firstCode), Name(second, secondCode)]));

    /// <summary>No triple of these values stands twice, among records that have all three.</summary>
    public RecordRowRules<T> UniqueTogether<TFirst, TSecond, TThird>(
        Func<T, TFirst> first, Func<T, TSecond> second, Func<T, TThird> third,
        [CallerArgumentExpression(nameof(first))] string firstCode = "", [CallerArgumentExpression(nameof(second))] string secondCode = "",
        [CallerArgumentExpression(nameof(third))] string thirdCode = "") =>
        this.With(new UniqueTogetherExpectation([Name(first, firstCode), Name(second, secondCode), Name(third, thirdCode)]));

    /// <summary>No two records are equal in all declared values but the label. A record breaks it when the first one equal to it had another label.</summary>
    public RecordRowRules<T> NoConflictingLabels<TLabel>(Func<T, TLabel> label, double atMost = 0, [CallerArgumentExpression(nameof(label))] string code = "") =>
        this.With(new NoConflictingLabelsExpectation(Name(label, code), atMost));

    /// <summary>Asks the last rule only of records for which the code says yes.</summary>
    public RecordRowRules<T> Where(Func<T, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ChangeLast("Where(..)", e => e.Condition = new RecordPredicate<T>(condition));
        return this;
    }

    /// <summary>A rule in code about the record. When the code throws, the finding is an error with the number of the row.</summary>
    /// <param name="holds">Whether the record is as it should be.</param>
    /// <param name="name">The rule in words, for the report; the code itself when null.</param>
    /// <param name="mostly">Share of the records that must hold.</param>
    /// <param name="code">Filled in by the compiler.</param>
    public RecordRowRules<T> Satisfies(Func<T, bool> holds, string? name = null, double mostly = 1, [CallerArgumentExpression(nameof(holds))] string code = "")
    {
        ArgumentNullException.ThrowIfNull(holds);
        return this.With(new SatisfiesExpectation(null, name ?? code, new RecordPredicate<T>(holds)), mostly);
    }

    private string Name<TValue>(Func<T, TValue> value, string code)
    {
        ArgumentNullException.ThrowIfNull(value);
        string name = RecordColumn<T>.NameOf(code);
        if (RecordColumn<T>.Of(name, value) is { } column)
        {
            _columns.Add(column);
        }
        else
        {
            Mistakes.Add(RecordColumn<T>.NoCell(name, typeof(TValue)));
        }

        return name;
    }
}
