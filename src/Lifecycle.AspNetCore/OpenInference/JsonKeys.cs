namespace Lifecycle.AspNetCore;

/// <summary>The member names met so far in the objects that are open, so that none stands twice in one.</summary>
internal sealed class JsonKeys
{
    private readonly List<ReadOnlyMemory<byte>> _keys = [];

    /// <summary>Begins an object.</summary>
    /// <returns>What its <see cref="Add"/> and <see cref="Close"/> take.</returns>
    public int Open() => _keys.Count;

    /// <summary>Takes a name.</summary>
    /// <returns>Whether it is new in its object.</returns>
    public bool Add(int opened, ReadOnlyMemory<byte> key)
    {
        for (int i = opened; i < _keys.Count; i++)
        {
            if (_keys[i].Span.SequenceEqual(key.Span))
            {
                return false;
            }
        }

        _keys.Add(key);
        return true;
    }

    /// <summary>Names taken since the object began.</summary>
    public int Count(int opened) => _keys.Count - opened;

    /// <summary>Ends an object.</summary>
    public void Close(int opened) => _keys.RemoveRange(opened, _keys.Count - opened);

    public void Clear() => _keys.Clear();
}
