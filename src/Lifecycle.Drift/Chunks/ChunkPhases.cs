namespace Lifecycle.Drift;

/// <summary>Which reference chunks a chunk is held against: those of its phase of the season, or all.</summary>
internal sealed class ChunkPhases
{
    private static readonly DateTime Origin = new(2001, 1, 1);

    private readonly int[] _reference, _current;

    private ChunkPhases(int[] reference, int[] current) => (_reference, _current) = (reference, current);

    public int OfReference(int chunk) => _reference[chunk];

    public int OfCurrent(int chunk) => _current[chunk];

    /// <summary>Reference chunks of a phase, without one of them.</summary>
    public IEnumerable<int> Reference(int phase, int without = -1) =>
        Enumerable.Range(0, _reference.Length).Where(i => _reference[i] == phase && i != without);

    public static ChunkPhases Of(ChunkThreshold threshold, IReadOnlyList<ChunkRows> reference, IReadOnlyList<ChunkRows> current)
    {
        if (threshold.Season is not { } season)
        {
            return new ChunkPhases(new int[reference.Count], new int[current.Count]);
        }

        ChunkRows[] all = [.. reference, .. current];
        if (all.Any(c => c.Start is null))
        {
            throw new ArgumentException("A season needs chunks of a calendar. Use Chunker.ByPeriod, or ChunkThreshold.Historical without a season.");
        }

        double length = all.Average(c => (c.End!.Value - c.Start!.Value).Ticks);
        int count = (int)Math.Round(season.Ticks / length);
        if (count < 2)
        {
            throw new ArgumentException($"A season of {season} is not longer than a chunk. For chunks of a day a week is TimeSpan.FromDays(7).");
        }

        // 2001-01-01 was a Monday and the first day of a year: weeks and years both begin there.
        int Phase(ChunkRows chunk)
        {
            long into = (chunk.Start!.Value - Origin).Ticks % season.Ticks;
            into += into < 0 ? season.Ticks : 0;
            return (int)Math.Round((double)into / season.Ticks * count) % count;
        }

        ChunkPhases phases = new([.. reference.Select(Phase)], [.. current.Select(Phase)]);
        foreach (IGrouping<int, int> phase in phases._current.GroupBy(p => p))
        {
            int known = phases.Reference(phase.Key).Count();
            if (known < threshold.FewestChunks)
            {
                string name = current[Array.IndexOf(phases._current, phase.Key)].Name;
                throw new ArgumentException(
                    $"{threshold} needs at least {threshold.FewestChunks} reference chunks of each phase of the season; the phase of {name} has {known}. Take a longer reference.");
            }
        }

        return phases;
    }
}
