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

    public HashSet<string> AsTexts(ColumnType type) => type switch
    {
        // Dates and times of a column are written in one form; what the user wrote is brought to it.
        ColumnType.Date => [.. _texts.Where(t => CellText.TryTime(t, out _)).Select(t => t.Length > 10 ? t[..10] : t)],
        ColumnType.DateTime => [.. _texts.Select(t => CellText.TryTime(t, out long ticks) ? new DateTime(ticks, DateTimeKind.Utc).ToString("O", System.Globalization.CultureInfo.InvariantCulture) : t)],
        _ => new HashSet<string>(_texts, StringComparer.Ordinal),
    };

    public HashSet<double> AsNumbers(ColumnType type)
    {
        IEnumerable<double> numbers = _numbers ?? _texts.Select(t => type == ColumnType.Boolean && bool.TryParse(t, out bool flag) ? flag ? 1 : 0 : CellText.Number(t));
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

    private static string Show(double number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

internal sealed class SetCheck(ValueSet set, int column, bool mustBeIn) : RowCheck
{
    private HashSet<string>? _texts;
    private HashSet<double>? _numbers;

    public override void Mark(Chunk chunk, ReadOnlySpan<ulong> judged, Span<ulong> broken, CheckFaults faults)
    {
        Cells cells = chunk[column];
        bool asTexts = cells.IsTime || (cells.Type == ColumnType.String && !set.IsOfNumbers);
        if (asTexts)
        {
            _texts ??= set.AsTexts(cells.Type);
            ReadOnlySpan<string?> texts = cells.Texts();
            for (int row = 0; row < texts.Length; row++)
            {
                if (RowBits.Has(judged, row) && _texts.Contains(texts[row]!) != mustBeIn)
                {
                    RowBits.Set(broken, row);
                }
            }
        }
        else
        {
            _numbers ??= set.AsNumbers(cells.Type);
            ReadOnlySpan<double> numbers = cells.Numbers();
            for (int row = 0; row < numbers.Length; row++)
            {
                if (RowBits.Has(judged, row) && _numbers.Contains(numbers[row]) != mustBeIn)
                {
                    RowBits.Set(broken, row);
                }
            }
        }
    }
}
