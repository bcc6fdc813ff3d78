#pragma warning disable CA1065, CA1815, CA1822, CA2225, CS0660, CS0661 // operators build filters; nothing is compared here
namespace Lifecycle.Tracking;

/// <summary>The fields of a run, for filters and orders in C#.</summary>
public sealed class RunFields
{
    internal static readonly RunFields All = new();

    private RunFields()
    {
    }

    /// <summary>32 hex digits.</summary>
    public TextField Id { get; } = new(FilterField.TextAttribute, "run_id");

    /// <summary>Name of the run.</summary>
    public TextField Name { get; } = new(FilterField.TextAttribute, "run_name");

    /// <summary>Who started it.</summary>
    public TextField User { get; } = new(FilterField.TextAttribute, "user_id");

    /// <summary><c>RUNNING</c>, <c>FINISHED</c>, <c>FAILED</c>, <c>KILLED</c>.</summary>
    public TextField Status { get; } = new(FilterField.TextAttribute, "status");

    /// <summary>Name of the experiment.</summary>
    public TextField Experiment { get; } = new(FilterField.TextAttribute, "experiment_name");

    /// <summary>Unix milliseconds of the start.</summary>
    public NumberField StartTime { get; } = new("start_time");

    /// <summary>Unix milliseconds of the end; missing while the run goes on.</summary>
    public NumberField EndTime { get; } = new("end_time");

    /// <summary>Milliseconds from start to end; missing while the run goes on.</summary>
    public NumberField Duration { get; } = new("duration_ms");

    /// <summary>The latest value of a metric.</summary>
    public MetricField Metric(string key) => new(key);

    /// <summary>A param.</summary>
    public TextField Param(string key) => new(FilterField.Param, key);

    /// <summary>A tag.</summary>
    public TextField Tag(string key) => new(FilterField.Tag, key);

    /// <summary><c>active</c> or <c>deleted</c>.</summary>
    public TextField LifecycleStage { get; } = new(FilterField.TextAttribute, "lifecycle_stage");

    /// <summary>Where its artifacts are, <c>mlflow-artifacts:/...</c>.</summary>
    public TextField ArtifactUri { get; } = new(FilterField.TextAttribute, "artifact_uri");

    /// <summary>Name of data that the run used.</summary>
    public TextField DatasetName { get; } = new(FilterField.Dataset, "name");

    /// <summary>Digest of data that the run used.</summary>
    public TextField DatasetDigest { get; } = new(FilterField.Dataset, "digest");

    /// <summary>What the data was used for, for example <c>training</c>.</summary>
    public TextField DatasetContext { get; } = new(FilterField.Dataset, "context");
}

/// <summary>A field that runs can be ordered by.</summary>
public abstract class RunField
{
    private protected RunField(FilterField field, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Field = field;
        Key = key;
    }

    internal FilterField Field { get; }

    internal string Key { get; }

    /// <summary>Whether the run has no such field.</summary>
    public RunFilter IsMissing => Test(FilterTest.IsMissing, null);

    private protected RunFilter Test(FilterTest test, object? value) => new TestFilter(Field, Key, test, value);
}

/// <summary>A field with a number.</summary>
public class NumberField : RunField
{
    internal NumberField(string attribute)
        : base(FilterField.NumberAttribute, attribute)
    {
    }

    private protected NumberField(FilterField field, string key)
        : base(field, key)
    {
    }

    /// <summary>Whether <c>low &lt;= value &lt;= high</c>.</summary>
    public RunFilter Between(double low, double high) => (this >= low) & (this <= high);

    /// <summary>Equal; NaN equals nothing.</summary>
    public static RunFilter operator ==(NumberField field, double value) => Of(field, FilterTest.Equal, value);

    /// <summary>There and not equal.</summary>
    public static RunFilter operator !=(NumberField field, double value) => Of(field, FilterTest.NotEqual, value);

    /// <summary>Smaller.</summary>
    public static RunFilter operator <(NumberField field, double value) => Of(field, FilterTest.Less, value);

    /// <summary>Greater.</summary>
    public static RunFilter operator >(NumberField field, double value) => Of(field, FilterTest.Greater, value);

    /// <summary>Smaller or equal.</summary>
    public static RunFilter operator <=(NumberField field, double value) => Of(field, FilterTest.LessOrEqual, value);

    /// <summary>Greater or equal.</summary>
    public static RunFilter operator >=(NumberField field, double value) => Of(field, FilterTest.GreaterOrEqual, value);

    private static RunFilter Of(NumberField field, FilterTest test, double value)
    {
        ArgumentNullException.ThrowIfNull(field);
        return field.Test(test, value);
    }
}

/// <summary>The latest value of a metric.</summary>
public sealed class MetricField : NumberField
{
    internal MetricField(string key)
        : base(FilterField.Metric, key)
    {
    }

    /// <summary>Whether the value is NaN.</summary>
    public RunFilter IsNaN => Test(FilterTest.IsNaN, null);
}

/// <summary>A field with a text.</summary>
public sealed class TextField : RunField
{
    internal TextField(FilterField field, string key)
        : base(field, key)
    {
    }

    /// <summary>Equal, case matters.</summary>
    public static RunFilter operator ==(TextField field, string value) => Of(field, FilterTest.Equal, value);

    /// <summary>There and not equal.</summary>
    public static RunFilter operator !=(TextField field, string value) => Of(field, FilterTest.NotEqual, value);

    /// <summary>Matches a pattern: <c>%</c> is any run of characters, <c>_</c> one; case matters.</summary>
    public RunFilter Like(string pattern) => Of(this, FilterTest.Like, pattern);

    /// <summary>As <see cref="Like"/>, letters a to z in any case.</summary>
    public RunFilter ILike(string pattern) => Of(this, FilterTest.ILike, pattern);

    /// <summary>Is one of these.</summary>
    public RunFilter In(params IReadOnlyList<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Test(FilterTest.In, values.ToArray());
    }

    private static RunFilter Of(TextField field, FilterTest test, string value)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(value);
        return test is FilterTest.Like or FilterTest.ILike ? field.Test(test, FilterParser.CheckedPattern(value)) : field.Test(test, value);
    }
}
