using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Contracts;

/// <summary>A record with a value of every type that a cell may have, some of them missing or odd.</summary>
public sealed record Line(
    int Id, double? X, double? Y, int? I, long L, float F, string? S, bool? B, DateOnly? D, DateTime T)
{
    private static readonly string?[] Texts =
        ["good", "bad", null, " padded", "12", "-7.5", "", "tab\t", "2026-01-31", "7f9619ff-8b86-d011-b42d-00c04fc964ff", "{\"a\":1}", "x\uD800", "\uFFFD", "é", "owner"];

    /// <summary>Rows that follow from a seed; numbers are whole or halves, so that sums are exact.</summary>
    public static Line[] Some(int seed, int count)
    {
        RandomStream random = new((ulong)seed);
        Line[] lines = new Line[count];
        for (int i = 0; i < count; i++)
        {
            double x = random.NextBelow(41) / 2.0 - 10;
            lines[i] = new Line(
                i,
                random.NextBelow(10) == 0 ? null : random.NextBelow(20) == 0 ? double.NaN : x,
                random.NextBelow(10) == 0 ? null : random.NextBelow(200) == 0 ? double.PositiveInfinity : x + random.NextBelow(3) - 1,
                random.NextBelow(7) == 0 ? null : random.NextBelow(100) - 50,
                (1L << 60) + random.NextBelow(5000),
                random.NextBelow(11) == 0 ? float.NaN : random.NextBelow(30) / 10f,
                Texts[random.NextBelow(Texts.Length)],
                random.NextBelow(5) == 0 ? null : random.NextBelow(2) == 0,
                random.NextBelow(5) == 0 ? null : new DateOnly(2026, 1, 1).AddDays(random.NextBelow(60)),
                new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks(random.NextBelow(1000)));
        }

        return lines;
    }

    public static ColumnBatch Columns(IReadOnlyList<Line> lines) => new(
    [
        BatchColumn.Of<int>("Id", lines.Select(l => l.Id).ToArray()),
        Masked("X", lines, l => l.X),
        Masked("Y", lines, l => l.Y),
        Masked("I", lines, l => l.I),
        BatchColumn.Of<long>("L", lines.Select(l => l.L).ToArray()),
        BatchColumn.Of<float>("F", lines.Select(l => l.F).ToArray()),
        BatchColumn.Of<string>("S", lines.Select(l => l.S!).ToArray()),
        Masked("B", lines, l => l.B),
        Masked("D", lines, l => l.D),
        BatchColumn.Of<DateTime>("T", lines.Select(l => l.T).ToArray()),
    ]);

    private static BatchColumn<T> Masked<T>(string name, IReadOnlyList<Line> lines, Func<Line, T?> value)
        where T : struct =>
        BatchColumn.Of<T>(name, lines.Select(l => value(l) ?? default).ToArray(), lines.Select(l => value(l).HasValue).ToArray());
}
