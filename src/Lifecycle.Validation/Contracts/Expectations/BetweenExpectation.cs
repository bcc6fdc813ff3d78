using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>Numbers or times between two limits.</summary>
internal sealed class BetweenExpectation(string column, RangeLimits limits) : Expectation(column)
{
    public const string KindName = "between";

    public override string Kind => KindName;

    public override string Text => $"{Subject} {limits}";

    internal override IEnumerable<string> Problems() => [.. limits.Problems(Text), .. base.Problems()];

    internal override string? Unfit(IReadOnlyList<TableColumn> columns) => limits.IsTime == (columns[0].Type is ColumnType.Date or ColumnType.DateTime) || columns[0].Type == ColumnType.String
        ? null
        : $"the column is {columns[0].Type}, and the limits are {(limits.IsTime ? "times" : "numbers")}";

    internal override Check Begin(CheckStart start) => new RangeCheck(start.Column, limits);

    internal override void WriteArguments(Utf8JsonWriter writer) => limits.Write(writer);
}

internal sealed class RangeCheck(int column, RangeLimits limits) : RowCheck
{
    public override bool IsClean(Chunk chunk)
    {
        Cells cells = chunk[column];
        return !cells.HasMask && cells.Type switch
        {
            ColumnType.Double => RangeKernel.AllWithin(cells.Numbers(), limits.Least, limits.Most),
            ColumnType.Single => RangeKernel.AllWithin(cells.Values<float>(), limits.LeastSingle, limits.MostSingle),
            _ => false,
        };
    }

    public override void Mark(Chunk chunk, ReadOnlySpan<ulong> judged, Span<ulong> broken, CheckFaults faults) => Mark(chunk[column], judged, broken);

    private void Mark(Cells cells, ReadOnlySpan<ulong> judged, Span<ulong> broken)
    {
        switch (cells.Type)
        {
            case ColumnType.Double:
                RangeKernel.Outside(cells.Numbers(), limits.Least, limits.Most, broken);
                break;
            case ColumnType.Single:
                RangeKernel.Outside(cells.Values<float>(), limits.LeastSingle, limits.MostSingle, broken);
                break;
            case ColumnType.String:
                MarkTexts(cells, judged, broken);
                break;
            case ColumnType.Int32 when limits.LeastWhole >= int.MinValue && limits.MostWhole <= int.MaxValue:
                RangeKernel.Outside(cells.Values<int>(), (int)limits.LeastWhole, (int)limits.MostWhole, broken);
                break;
            default:
                RangeKernel.Outside(cells.Ordinals(), limits.LeastWhole, limits.MostWhole, broken);
                break;
        }
    }

    private void MarkTexts(Cells cells, ReadOnlySpan<ulong> judged, Span<ulong> broken)
    {
        ReadOnlySpan<string?> texts = cells.Texts();
        for (int row = 0; row < texts.Length; row++)
        {
            if (RowBits.Has(judged, row) && !limits.Holds(texts[row]))
            {
                RowBits.Set(broken, row);
            }
        }
    }
}

/// <summary>Two limits, in every form that a column may need. Limits that do not belong to the range are moved to the next value that does.</summary>
internal sealed class RangeLimits
{
    private readonly double _least, _most;
    private readonly DateTime _from, _to;
    private readonly bool _exclusive;

    public RangeLimits(double least, double most, bool exclusive)
    {
        (_least, _most, _exclusive) = (least, most, exclusive);
        (Least, Most) = exclusive ? (Math.BitIncrement(least), Math.BitDecrement(most)) : (least, most);
        (LeastSingle, MostSingle) = exclusive ? (MathF.BitIncrement((float)least), MathF.BitDecrement((float)most)) : ((float)least, (float)most);
        double up = Math.Ceiling(least), down = Math.Floor(most);
        (LeastWhole, MostWhole) = (Whole(up), Whole(down));
        if (exclusive)
        {
            LeastWhole += up == least && LeastWhole < long.MaxValue ? 1 : 0;
            MostWhole -= down == most && MostWhole > long.MinValue ? 1 : 0;
        }
    }

    public RangeLimits(DateTime from, DateTime to, bool exclusive)
    {
        (_from, _to, _exclusive, IsTime) = (Universal(from), Universal(to), exclusive, true);
        (LeastWhole, MostWhole) = exclusive ? (_from.Ticks + 1, _to.Ticks - 1) : (_from.Ticks, _to.Ticks);
    }

    public bool IsTime { get; }

    public double Least { get; }

    public double Most { get; }

    public float LeastSingle { get; }

    public float MostSingle { get; }

    public long LeastWhole { get; }

    public long MostWhole { get; }

    public bool Holds(string? text)
    {
        if (IsTime)
        {
            return CellText.TryTime(text, out long ticks) && ticks >= LeastWhole && ticks <= MostWhole;
        }

        double number = CellText.Number(text);
        return number >= Least && number <= Most;
    }

    public IEnumerable<string> Problems(string text)
    {
        if (IsTime ? _from > _to : !(_least <= _most))
        {
            yield return $"{text}: the first limit must not lie above the second, and neither may be NaN; for example Between(0, 1000).";
        }
    }

    public void Write(Utf8JsonWriter writer)
    {
        if (IsTime)
        {
            writer.WriteString("min", CellText.Of(_from));
            writer.WriteString("max", CellText.Of(_to));
        }
        else
        {
            FigureLimits.Write(writer, _least, _most, "min", "max");
        }

        if (_exclusive)
        {
            writer.WriteBoolean("exclusive", true);
        }
    }

    public override string ToString()
    {
        string between = IsTime
            ? $"between {CellText.Of(_from)} and {CellText.Of(_to)}"
            : double.IsInfinity(_least) && double.IsInfinity(_most) ? "a number"
            : Wording.Limit(double.IsInfinity(_least) ? null : _least, double.IsInfinity(_most) ? null : _most, Wording.Number);
        return _exclusive ? $"{between}, limits excluded" : between;
    }

    private static DateTime Universal(DateTime time) => time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time;

    private static long Whole(double value) => value >= long.MaxValue ? long.MaxValue : value <= long.MinValue ? long.MinValue : (long)value;
}

/// <summary>Two limits of a figure; either may be absent.</summary>
internal static class FigureLimits
{
    public static IEnumerable<string> Problems(string text, double? atLeast, double? atMost, double least = double.NegativeInfinity)
    {
        if (atLeast is null && atMost is null)
        {
            yield return $"{text}: say at least one limit.";
        }
        else if (double.IsNaN(atLeast ?? 0) || double.IsNaN(atMost ?? 0) || atLeast > atMost || atMost < least || (least == 0 && atLeast < 0))
        {
            yield return $"{text}: the limits must be numbers, the first at most the second{(least == 0 ? ", neither below 0" : "")}.";
        }
    }

    public static void Write(Utf8JsonWriter writer, double? atLeast, double? atMost, string least = "atLeast", string most = "atMost")
    {
        if (atLeast is { } from && double.IsFinite(from))
        {
            writer.WriteNumber(least, from);
        }

        if (atMost is { } to && double.IsFinite(to))
        {
            writer.WriteNumber(most, to);
        }
    }
}
