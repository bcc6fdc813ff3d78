using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>
/// Which rows of a set: a condition on an attribute or a feature, joined by <see cref="And"/>. Text is compared ordinally. It has a JSON form, so a
/// gate that uses it can be read back.
/// </summary>
public sealed class Slice
{
    private readonly SliceCondition[] _conditions;

    private Slice(params SliceCondition[] conditions) => _conditions = conditions;

    /// <summary>The columns it looks at.</summary>
    public IEnumerable<string> Columns => _conditions.Select(c => c.Column).Distinct(StringComparer.Ordinal);

    /// <summary>Rows whose value is this one: of an attribute the group, of a feature the value as text.</summary>
    public static Slice Equal(string column, string value) => In(column, value);

    /// <summary>Rows whose value is one of these.</summary>
    /// <exception cref="ArgumentException">No value is given.</exception>
    public static Slice In(string column, params string[] values)
    {
        ArgumentException.ThrowIfNullOrEmpty(column);
        ArgumentNullException.ThrowIfNull(values);
        return values.Length > 0 && !values.Contains(null!)
            ? new Slice(new SliceCondition(column, [.. values], null, null))
            : throw new ArgumentException($"Name at least one value of '{column}'.", nameof(values));
    }

    /// <summary>Rows whose number lies between two, both included; for features. A missing one does not.</summary>
    /// <exception cref="ArgumentException"><paramref name="minimum"/> lies above <paramref name="maximum"/>, one is NaN, or neither is finite.</exception>
    public static Slice Between(string column, double minimum, double maximum)
    {
        ArgumentException.ThrowIfNullOrEmpty(column);
        return minimum <= maximum && (double.IsFinite(minimum) || double.IsFinite(maximum))
            ? new Slice(new SliceCondition(column, null, minimum, maximum))
            : throw new ArgumentException($"The slice of '{column}' begins at {minimum} and ends at {maximum}; it must not be empty and needs a finite end.");
    }

    /// <summary>Rows without a value; NaN is none.</summary>
    public static Slice Missing(string column)
    {
        ArgumentException.ThrowIfNullOrEmpty(column);
        return new Slice(new SliceCondition(column, null, null, null));
    }

    /// <summary>Rows in both.</summary>
    public Slice And(Slice other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new Slice([.. _conditions, .. other._conditions]);
    }

    /// <summary>The condition in words, for example <c>race in (Asian, Other) and age between 18 and 25</c>.</summary>
    public override string ToString() => string.Join(" and ", _conditions.Select(c => c.ToString()));

    internal int[] RowsOf(EvaluationSet set)
    {
        bool[] kept = Enumerable.Repeat(true, set.Count).ToArray();
        foreach (SliceCondition condition in _conditions)
        {
            Func<int, bool> holds = condition.On(set);
            for (int i = 0; i < kept.Length; i++)
            {
                kept[i] = kept[i] && holds(i);
            }
        }

        return [.. Enumerable.Range(0, kept.Length).Where(i => kept[i])];
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("where");
        foreach (SliceCondition condition in _conditions)
        {
            condition.Write(writer);
        }

        writer.WriteEndArray();
    }

    internal static Slice Read(GateJsonObject item)
    {
        SliceCondition[] conditions = [.. item.Objects("where").Select(SliceCondition.Read)];
        return conditions.Length > 0 ? new Slice(conditions) : throw new FormatException($"{item.Path}.where is empty; a condition is expected.");
    }
}

/// <summary>One condition: values, a range, or (neither) a missing value.</summary>
internal sealed record SliceCondition(string Column, string[]? Values, double? Minimum, double? Maximum)
{
    public Func<int, bool> On(EvaluationSet set)
    {
        if (set.Attributes.FirstOrDefault(a => a.Name == Column) is { } attribute && Minimum is null)
        {
            int[] codes = attribute.Codes.ToArray();
            bool[] wanted = [.. attribute.Values.Select((v, code) => Values is null ? code == attribute.MissingCode : code != attribute.MissingCode && Values.Contains(v, StringComparer.Ordinal))];
            return i => wanted[codes[i]];
        }

        BatchColumn column = set.Features.FirstOrDefault(f => f.Name == Column)?.Column
            ?? throw new UnknownColumnException(Column, set.Attributes.Select(a => a.Name).Concat(set.Features.Select(f => f.Name)));
        if (Minimum is null)
        {
            double[]? floating = column.Column.Type is ColumnType.Single or ColumnType.Double ? column.ToDoubles() : null;
            return i => floating is not null && double.IsNaN(floating[i]) ? Values is null
                : column.Text(i) is { } text ? Values?.Contains(text, StringComparer.Ordinal) == true : Values is null;
        }

        double[] numbers = column.ToDoubles();
        return i => numbers[i] >= Minimum && numbers[i] <= Maximum;
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("column", Column);
        if (Values is not null)
        {
            writer.WriteStartArray("in");
            foreach (string value in Values)
            {
                writer.WriteStringValue(value);
            }

            writer.WriteEndArray();
        }
        else if (Minimum is null)
        {
            writer.WriteBoolean("missing", true);
        }

        WriteEnd(writer, "minimum", Minimum);
        WriteEnd(writer, "maximum", Maximum);
        writer.WriteEndObject();
    }

    public static SliceCondition Read(GateJsonObject item)
    {
        string column = item.Text("column");
        string[]? values = item.Has("in") ? item.Texts("in") : null;
        bool isMissing = item.Flag("missing");
        bool isRange = item.Has("minimum") || item.Has("maximum");
        double minimum = item.Number("minimum") ?? double.NegativeInfinity, maximum = item.Number("maximum") ?? double.PositiveInfinity;
        item.Done();
        return (values is { Length: > 0 }, isRange, isMissing) switch
        {
            (true, false, false) => new SliceCondition(column, values, null, null),
            (false, true, false) when values is null && minimum <= maximum => new SliceCondition(column, null, minimum, maximum),
            (false, false, true) when values is null => new SliceCondition(column, null, null, null),
            _ => throw new FormatException($"{item.Path}: say one of in (a list), minimum and maximum (with minimum not above maximum), missing."),
        };
    }

    public override string ToString() => this switch
    {
        { Values: [string only] } => $"{Wording.Show(Column)}={Wording.Show(only)}",
        { Values: { } values } => $"{Wording.Show(Column)} in ({string.Join(", ", values.Select(Wording.Show))})",
        { Minimum: { } minimum, Maximum: { } maximum } => string.Create(CultureInfo.InvariantCulture, $"{Wording.Show(Column)} between {minimum} and {maximum}"),
        _ => $"{Wording.Show(Column)} missing",
    };

    private static void WriteEnd(Utf8JsonWriter writer, string name, double? end)
    {
        if (end is { } number && double.IsFinite(number))
        {
            writer.WriteNumber(name, number);
        }
    }
}
