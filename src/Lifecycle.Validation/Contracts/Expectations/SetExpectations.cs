using System.Text.Json;

namespace Lifecycle.Validation;

internal sealed class InExpectation(string column, ValueSet set) : Expectation(column)
{
    public const string KindName = "in";

    public override string Kind => KindName;

    public override string Text => $"{Subject} one of {set}";

    internal override IEnumerable<string> Problems() => [.. set.Problems(Text), .. base.Problems()];

    internal override Check Begin(CheckStart start) => new SetCheck(set, start.Column, mustBeIn: true);

    internal override void WriteArguments(Utf8JsonWriter writer) => set.Write(writer);
}

internal sealed class NotInExpectation(string column, ValueSet set) : Expectation(column)
{
    public const string KindName = "notIn";

    public override string Kind => KindName;

    public override string Text => $"{Subject} none of {set}";

    internal override IEnumerable<string> Problems() => [.. set.Problems(Text), .. base.Problems()];

    internal override Check Begin(CheckStart start) => new SetCheck(set, start.Column, mustBeIn: false);

    internal override void WriteArguments(Utf8JsonWriter writer) => set.Write(writer);
}

/// <summary>Every value is a key of another table.</summary>
internal sealed class ExistsInExpectation(string column, ValueSet keys) : Expectation(column)
{
    public const string KindName = "existsIn";

    public override string Kind => KindName;

    public override string Text => $"{Subject} one of {keys.Count:N0} keys";

    internal override IEnumerable<string> Problems() => [.. keys.Problems(Text), .. base.Problems()];

    internal override Check Begin(CheckStart start) => new SetCheck(keys, start.Column, mustBeIn: true);

    internal override void WriteArguments(Utf8JsonWriter writer) => keys.Write(writer);
}

/// <summary>At least a share of the values belongs to a set.</summary>
internal sealed class DomainMassExpectation : Expectation
{
    public const string KindName = "domainMass";

    private readonly ValueSet _set;

    public DomainMassExpectation(string column, ValueSet set, double atLeast)
        : base(column) => (_set, Mostly) = (set, atLeast);

    public override string Kind => KindName;

    public override string Text => $"{Subject} in at least {Wording.Number(100 * Mostly)} % of rows one of {_set}";

    internal override bool IsAboutRows => false;

    internal override IEnumerable<string> Problems() => [.. _set.Problems(Text), .. base.Problems()];

    internal override Check Begin(CheckStart start) => new SetCheck(_set, start.Column, mustBeIn: true);

    internal override void WriteArguments(Utf8JsonWriter writer) => _set.Write(writer);
}

/// <summary>Values to compare with: texts, or numbers. Each is read as what the column holds.</summary>
internal sealed class ValueSet
{
    private const int Shown = 10;
    private readonly string[] _texts;
    private readonly double[]? _numbers;

    public ValueSet(IEnumerable<string> texts) => _texts = [.. texts];

    public ValueSet(IEnumerable<double> numbers)
    {
        _numbers = [.. numbers];
        _texts = [.. _numbers.Select(Show)];
    }

    public int Count => _texts.Length;

    public HashSet<string?> AsTexts() => new(_texts, StringComparer.Ordinal);

    /// <summary>The values as whole numbers, 0 and 1, or ticks; what is none of these is in no such column.</summary>
    public HashSet<long> AsOrdinals(ColumnType type)
    {
        HashSet<long> ordinals = [];
        for (int i = 0; i < _texts.Length; i++)
        {
            if (TryOrdinal(_texts[i], _numbers?[i], type) is { } ordinal)
            {
                ordinals.Add(ordinal);
            }
        }

        return ordinals;
    }

    public HashSet<double> AsNumbers(ColumnType type)
    {
        IEnumerable<double> numbers = _numbers ?? _texts.Select(CellText.Number);
        return [.. numbers.Select(n => type == ColumnType.Single ? (float)n : n).Where(n => !double.IsNaN(n))];
    }

    public bool IsOfNumbers => _numbers is not null;

    public IEnumerable<string> Problems(string text)
    {
        if (Count == 0)
        {
            yield return $"{text}: name at least one value.";
        }
        else if (_texts.Contains(null!) || (_numbers?.Any(double.IsNaN) ?? false))
        {
            yield return $"{text}: a missing value cannot be in a set; use Required() or AllMissing().";
        }
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("values");
        for (int i = 0; i < _texts.Length; i++)
        {
            if (_numbers is not null && double.IsFinite(_numbers[i]))
            {
                writer.WriteNumberValue(_numbers[i]);
            }
            else
            {
                writer.WriteStringValue(_texts[i]);
            }
        }

        writer.WriteEndArray();
    }

    public override string ToString() =>
        string.Join(", ", _texts.Take(Shown).Select(Wording.Name)) + (Count > Shown ? $" and {Count - Shown:N0} more" : "");

    private static long? TryOrdinal(string text, double? number, ColumnType type)
    {
        if (type is ColumnType.Date or ColumnType.DateTime)
        {
            return !CellText.TryTime(text, out long ticks) ? null : type == ColumnType.Date ? ticks - ticks % TimeSpan.TicksPerDay : ticks;
        }

        if (number is null && type == ColumnType.Boolean && bool.TryParse(text, out bool flag))
        {
            return flag ? 1 : 0;
        }

        // Beyond 2^53 a double cannot tell neighbours apart, and keys often are that great.
        if (number is null && long.TryParse(text, System.Globalization.NumberStyles.Integer, System.Globalization.CultureInfo.InvariantCulture, out long whole))
        {
            return whole;
        }

        double value = number ?? CellText.Number(text);
        return value == Math.Floor(value) && Math.Abs(value) < 9.2233720368547758E18 ? (long)value : null;
    }

    private static string Show(double number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

internal sealed class SetCheck(ValueSet set, int column, bool mustBeIn) : RowCheck
{
    private HashSet<string?>? _texts;
    private HashSet<double>? _numbers;
    private HashSet<long>? _ordinals;

    public override void Mark(Chunk chunk, ReadOnlySpan<ulong> judged, Span<ulong> broken, CheckFaults faults)
    {
        Cells cells = chunk[column];
        if (cells.IsOrdinal)
        {
            Mark(cells.Ordinals(), _ordinals ??= set.AsOrdinals(cells.Type), judged, broken);
        }
        else if (cells.Type == ColumnType.String && !set.IsOfNumbers)
        {
            Mark<string?>(cells.Texts(), _texts ??= set.AsTexts(), judged, broken);
        }
        else
        {
            Mark(cells.Numbers(), _numbers ??= set.AsNumbers(cells.Type), judged, broken);
        }
    }

    private void Mark<T>(ReadOnlySpan<T> values, HashSet<T> known, ReadOnlySpan<ulong> judged, Span<ulong> broken)
    {
        for (int row = 0; row < values.Length; row++)
        {
            if (RowBits.Has(judged, row) && known.Contains(values[row]) != mustBeIn)
            {
                RowBits.Set(broken, row);
            }
        }
    }
}
