using System.Collections.Concurrent;

namespace Lifecycle.Data;

/// <summary>Files that lost a name or got another one by us: their time of change is new, and nothing else of them is.</summary>
internal sealed class TouchedFiles
{
    private readonly ConcurrentDictionary<(ulong Inode, ulong Device), byte> _files = [];

    public void Add(FileStamp stamp) => _files.TryAdd((stamp.Inode, stamp.Device), 0);

    /// <summary>Whether what stands somewhere now is what was found there, but for what we did to its other names.</summary>
    public bool IsStill(NativeStamp now, NativeStamp found) =>
        now == found
        || (_files.ContainsKey((found.Stamp.Inode, found.Stamp.Device)) && now with { Stamp = now.Stamp with { Changed = found.Stamp.Changed } } == found);
}
