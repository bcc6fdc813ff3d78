namespace Lifecycle.Storage.Local;

/// <summary>A pack that a collection removes: nothing in it is needed, or what is has been written into a new one.</summary>
internal sealed class DoomedPack
{
    private DoomedPack(PackReader pack, PackEntry[] dead, PackEntry[] needed, long length)
    {
        Pack = pack;
        Dead = dead;
        Needed = needed;
        Length = length;
    }

    public PackReader Pack { get; }

    /// <summary>Entries that go with it.</summary>
    public IReadOnlyList<PackEntry> Dead { get; }

    /// <summary>Entries that are written anew before it goes.</summary>
    public IReadOnlyList<PackEntry> Needed { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>Whether a recipe goes with it: then it goes before any part does.</summary>
    public bool HoldsRecipe => Dead.Any(e => e.Kind == PackEntryKind.Recipe);

    /// <summary>
    /// The pack when all of it is dead, or half of its bytes are, or a recipe in it is: a recipe that stayed would promise a blob whose parts are gone.
    /// Null when the pack stays as it is.
    /// </summary>
    public static DoomedPack? Of(PackReader pack, IReadOnlySet<Digest> removable)
    {
        List<PackEntry> dead = [];
        List<PackEntry> needed = [];
        (long deadBytes, long bytes) = (0, 0);
        foreach (PackEntry entry in pack.Entries())
        {
            long size = entry.End - entry.Offset;
            bytes += size;
            if (removable.Contains(entry.Id))
            {
                dead.Add(entry);
                deadBytes += size;
            }
            else
            {
                needed.Add(entry);
            }
        }

        return dead.Count > 0 && (2 * deadBytes >= bytes || dead.Exists(e => e.Kind == PackEntryKind.Recipe))
            ? new DoomedPack(pack, [.. dead], [.. needed], new FileInfo(pack.Path) is { Exists: true } file ? file.Length : 0)
            : null;
    }
}
