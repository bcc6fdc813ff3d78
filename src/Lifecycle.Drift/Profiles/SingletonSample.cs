namespace Lifecycle.Drift;

/// <summary>Estimates how many labels were seen once: exact counts of the labels whose hash ends in zeros, more zeros as more labels come.</summary>
internal sealed class SingletonSample
{
    private const int Most = 2048;

    private readonly Dictionary<ulong, long> _counts = [];
    private ulong _mask;

    public void Add(ulong hash)
    {
        if ((hash & _mask) != 0)
        {
            return;
        }

        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, hash, out _)++;
        while (_counts.Count > Most)
        {
            _mask = (2 * _mask) + 1;
            foreach (ulong left in _counts.Keys.Where(h => (h & _mask) != 0).ToArray())
            {
                _counts.Remove(left);
            }
        }
    }

    public long Estimate() => checked(_counts.Values.LongCount(c => c == 1) * (long)(_mask + 1));
}
