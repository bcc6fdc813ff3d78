using System.Globalization;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Groups rows by the day, ISO week or month that a column of times falls into.</summary>
internal sealed class PeriodChunker(string column, ChunkPeriod period, TimeZoneInfo zone) : Chunker
{
    public override string ToString() => $"{period.ToString().ToLowerInvariant()}s of '{column}' in {zone.Id}";

    internal override IReadOnlyList<ChunkRows> Cut(ColumnBatch table)
    {
        SortedDictionary<DateTime, List<int>> chunks = [];
        BatchColumn times = table[column];
        for (int row = 0; row < times.Count; row++)
        {
            Interruption.LookAt(row);
            if (!times.IsNull(row))
            {
                DateTime start = StartOf(Local(times, row));
                if (!chunks.TryGetValue(start, out List<int>? rows))
                {
                    chunks.Add(start, rows = []);
                }

                rows.Add(row);
            }
        }

        return [.. chunks.Select(c => new ChunkRows(NameOf(c.Key), c.Key, EndOf(c.Key), [.. c.Value]))];
    }

    /// <summary>The wall-clock time of a row in the zone.</summary>
    private DateTime Local(BatchColumn times, int row) => times switch
    {
        BatchColumn<DateOnly> dates => dates.Values.Span[row].ToDateTime(TimeOnly.MinValue),
        BatchColumn<DateTime> instants => TimeZoneInfo.ConvertTimeFromUtc(Utc(instants.Values.Span[row]), zone),
        _ => throw new ArgumentException(
            $"The column '{column}' holds {times.Column.Type} and cannot be cut into periods. Name a column of dates or times."),
    };

    private static DateTime Utc(DateTime time) => time.Kind == DateTimeKind.Unspecified
        ? DateTime.SpecifyKind(time, DateTimeKind.Utc)
        : time.ToUniversalTime();

    private DateTime StartOf(DateTime local)
    {
        DateTime day = DateTime.SpecifyKind(local.Date, DateTimeKind.Unspecified);
        return period switch
        {
            ChunkPeriod.Day => day,
            ChunkPeriod.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            _ => new DateTime(day.Year, day.Month, 1),
        };
    }

    private DateTime EndOf(DateTime start) => period switch
    {
        ChunkPeriod.Day => start.AddDays(1),
        ChunkPeriod.Week => start.AddDays(7),
        _ => start.AddMonths(1),
    };

    private string NameOf(DateTime start) => period switch
    {
        ChunkPeriod.Day => start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ChunkPeriod.Week => string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(start):0000}-W{ISOWeek.GetWeekOfYear(start):00}"),
        _ => start.ToString("yyyy-MM", CultureInfo.InvariantCulture),
    };
}
