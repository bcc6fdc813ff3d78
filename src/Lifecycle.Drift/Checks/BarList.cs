using System.Collections;

namespace Lifecycle.Drift;

/// <summary>The bars of a column, made when somebody first asks for them; a check that only judges makes none.</summary>
internal sealed class BarList(NumericColumn reference, NumericTally current) : IReadOnlyList<ShareChange>
{
    private (NumericColumn Reference, NumericTally Current)? _source = (reference, current);
    private readonly Lock _gate = new();
    private ShareChange[]? _bars;

    public int Count => Bars.Length;

    private ShareChange[] Bars
    {
        get
        {
            if (Volatile.Read(ref _bars) is { } bars)
            {
                return bars;
            }

            lock (_gate)
            {
                if (_source is { } source)
                {
                    Volatile.Write(ref _bars, DistributionBars.Of(source.Reference, source.Current));
                    _source = null;
                }

                return _bars!;
            }
        }
    }

    public ShareChange this[int index] => Bars[index];

    public IEnumerator<ShareChange> GetEnumerator() => ((IEnumerable<ShareChange>)Bars).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
