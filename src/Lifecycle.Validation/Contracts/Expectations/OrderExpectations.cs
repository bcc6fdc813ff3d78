using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>Each value is at least the one before it, or above it when strict; missing cells are passed over.</summary>
internal sealed class IncreasingExpectation(string column, bool strict) : Expectation(column)
{
    public const string KindName = "increasing";

    public override string Kind => KindName;

    public override string Text => $"{Subject} {(strict ? "strictly " : "")}increasing";

    internal override Check Begin(CheckStart start) => new OrderCheck(start.Column, 1, strict);

    internal override void WriteArguments(Utf8JsonWriter writer) => OrderCheck.Write(writer, strict);
}

/// <summary>Each value is at most the one before it, or below it when strict; missing cells are passed over.</summary>
internal sealed class DecreasingExpectation(string column, bool strict) : Expectation(column)
{
    public const string KindName = "decreasing";

    public override string Kind => KindName;

    public override string Text => $"{Subject} {(strict ? "strictly " : "")}decreasing";

    internal override Check Begin(CheckStart start) => new OrderCheck(start.Column, -1, strict);

    internal override void WriteArguments(Utf8JsonWriter writer) => OrderCheck.Write(writer, strict);
}

internal sealed class OrderCheck(int column, int direction, bool strict) : RowCheck
{
    private bool _hasLast;
    private long _lastOrdinal;
    private double _lastNumber;
    private string _lastText = "";

    public static void Write(Utf8JsonWriter writer, bool strict)
    {
        if (strict)
        {
            writer.WriteBoolean("strict", true);
        }
    }

    public override void Mark(Chunk chunk, ReadOnlySpan<ulong> judged, Span<ulong> broken, CheckFaults faults)
    {
        Cells cells = chunk[column];
        ReadOnlySpan<long> ordinals = cells.IsOrdinal ? cells.Ordinals() : default;
        ReadOnlySpan<double> numbers = cells.Type is ColumnType.Double or ColumnType.Single ? cells.Numbers() : default;
        ReadOnlySpan<string?> texts = cells.Type == ColumnType.String ? cells.Texts() : default;
        for (int row = 0; row < chunk.Rows; row++)
        {
            if (!RowBits.Has(judged, row))
            {
                continue;
            }

            int step = !_hasLast ? direction
                : !ordinals.IsEmpty ? ordinals[row].CompareTo(_lastOrdinal)
                : !numbers.IsEmpty ? numbers[row].CompareTo(_lastNumber)
                : Math.Sign(string.CompareOrdinal(texts[row], _lastText));
            if (strict ? step * direction <= 0 : step * direction < 0)
            {
                RowBits.Set(broken, row);
            }

            _hasLast = true;
            if (!ordinals.IsEmpty)
            {
                _lastOrdinal = ordinals[row];
            }
            else if (!numbers.IsEmpty)
            {
                _lastNumber = numbers[row];
            }
            else
            {
                _lastText = texts[row]!;
            }
        }
    }
}
