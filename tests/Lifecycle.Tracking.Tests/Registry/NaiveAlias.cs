namespace Lifecycle.Tracking.Tests;

/// <summary>An alias as a list of strokes of paint over the time line: who asks what was believed at a moment gets the last stroke laid until then.</summary>
internal sealed class NaiveAlias
{
    private readonly List<(long From, long Until, int? Version, long Recorded)> _strokes = [];
    private bool _moved;

    /// <summary>Where it points now.</summary>
    public int? Present => _moved ? At(long.MaxValue - 1, null) : null;

    /// <summary>Greatest moment that any stroke speaks of.</summary>
    private long Last => _strokes.Select(s => s.Until == long.MaxValue ? s.From : s.Until).DefaultIfEmpty(0).Max();

    private long Recorded => _strokes.Select(s => s.Recorded).DefaultIfEmpty(0).Max();

    public void Move(long now, int? version)
    {
        long from = Math.Max(now, _moved ? Last + 1 : Last);
        _strokes.Add((from, long.MaxValue, version, Math.Max(from, Recorded)));
        _moved = true;
    }

    public void Correct(long now, long from, long until, int? version) => _strokes.Add((from, until, version, Math.Max(now, Recorded)));

    public int? At(long at, long? known) => _strokes.LastOrDefault(s => (known is null || s.Recorded <= known) && s.From <= at && at < s.Until).Version;

    /// <summary>Moments worth asking about: around each border, in what holds and in what was known.</summary>
    public (long At, long Known) Moment(Random random)
    {
        long[] borders = [.. _strokes.SelectMany(s => new[] { s.From, s.Until == long.MaxValue ? s.From + 1 : s.Until, s.Recorded })];
        return (Around(), Around());

        long Around() => borders.Length == 0 ? random.Next(10) : Math.Max(0, borders[random.Next(borders.Length)] + random.Next(-1, 2));
    }

    /// <summary>Whether the alias ever pointed at a version, as believed now.</summary>
    public bool Believes(int version) => _strokes.Any(s => s.Version == version && At(s.From, null) == version)
        || _strokes.SelectMany(s => new[] { s.From, s.Until }).Any(b => b < long.MaxValue && At(b, null) == version);
}
