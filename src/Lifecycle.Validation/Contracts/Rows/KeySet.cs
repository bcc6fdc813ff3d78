namespace Lifecycle.Validation;

/// <summary>
/// Hashes that were seen, by extendible hashing (Fagin and others 1979): segments of 64 KB, at most 3/4 full, of which a full one is split in two: no large
/// table is left behind. 8 bytes a slot; two different keys of two million hash alike with a probability below 2e-7. With values, a second number a key.
/// </summary>
internal sealed class KeySet
{
    public const ulong OfMissing = 0x9E3779B97F4A7C15;

    private const int Slots = 8192;
    private const int MostKeys = Slots / 4 * 3;
    private readonly KeyBudget _budget;
    private readonly bool _withValues;
    private Segment[] _directory;
    private int _depth;

    public KeySet(KeyBudget budget, bool withValues = false)
    {
        _budget = budget;
        _withValues = withValues;
        _directory = [new Segment(0, withValues)];
    }

    /// <summary>Whether the limit was reached; then nothing is remembered any more.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Adds a key; false when it was there before. When it was, <paramref name="value"/> becomes what it was first added with.</summary>
    public bool Add(ulong key, ref ulong value)
    {
        key = key == 0 ? OfMissing : key;
        Segment segment = Of(key);
        int at = segment.Find(key);
        if (segment.Keys[at] == key)
        {
            value = _withValues ? segment.Values[at] : value;
            return false;
        }

        if (!_budget.TryTake(_withValues ? 2 : 1))
        {
            IsFull = true;
            _directory = [];
            return true;
        }

        while (segment.Count == MostKeys)
        {
            Split(segment);
            segment = Of(key);
        }

        segment.Put(key, value);
        return true;
    }

    private Segment Of(ulong key) => _directory[_depth == 0 ? 0 : (int)(key >> (64 - _depth))];

    private void Split(Segment segment)
    {
        if (segment.Depth == _depth)
        {
            Segment[] doubled = new Segment[2 * _directory.Length];
            for (int i = 0; i < doubled.Length; i++)
            {
                doubled[i] = _directory[i / 2];
            }

            _directory = doubled;
            _depth++;
        }

        Segment other = segment.Split();
        for (int i = 0; i < _directory.Length; i++)
        {
            // The first bit beyond the old depth says which half a place belongs to.
            if (ReferenceEquals(_directory[i], segment) && (i >> (_depth - segment.Depth) & 1) == 1)
            {
                _directory[i] = other;
            }
        }
    }

    private sealed class Segment(int depth, bool withValues)
    {
        public ulong[] Keys { get; private set; } = new ulong[Slots];

        public ulong[] Values { get; private set; } = withValues ? new ulong[Slots] : [];

        public int Count { get; private set; }

        /// <summary>How many leading bits all keys of the segment share.</summary>
        public int Depth { get; private set; } = depth;

        public int Find(ulong key)
        {
            int at = (int)(key & (Slots - 1));
            while (Keys[at] != 0 && Keys[at] != key)
            {
                at = (at + 1) & (Slots - 1);
            }

            return at;
        }

        public void Put(ulong key, ulong value)
        {
            int at = Find(key);
            Keys[at] = key;
            if (withValues)
            {
                Values[at] = value;
            }

            Count++;
        }

        /// <summary>Gives the keys whose next bit is 1 to a new segment.</summary>
        public Segment Split()
        {
            (ulong[] keys, ulong[] values) = (Keys, Values);
            Segment other = new(++Depth, withValues);
            (Keys, Values, Count) = (new ulong[Slots], withValues ? new ulong[Slots] : [], 0);
            for (int i = 0; i < keys.Length; i++)
            {
                if (keys[i] != 0)
                {
                    Segment to = (keys[i] >> (64 - Depth) & 1) == 1 ? other : this;
                    to.Put(keys[i], withValues ? values[i] : 0);
                }
            }

            return other;
        }
    }
}

/// <summary>How many keys all rules of a run may still remember together.</summary>
internal sealed class KeyBudget(long keys)
{
    private long _left = keys;

    public bool TryTake(int keys)
    {
        if (_left < keys)
        {
            return false;
        }

        _left -= keys;
        return true;
    }
}
