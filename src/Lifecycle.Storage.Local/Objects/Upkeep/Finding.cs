namespace Lifecycle.Storage.Local;

/// <summary>Which sort of file is damaged; it decides how it is mended.</summary>
internal enum FindingKind
{
    /// <summary>A loose blob.</summary>
    Loose,

    /// <summary>Block sums beside a sound blob.</summary>
    Sums,

    /// <summary>A pack that cannot be used as one.</summary>
    Pack,

    /// <summary>An entry of a pack.</summary>
    Entry,

    /// <summary>A merged index.</summary>
    Index,

    /// <summary>A keep list.</summary>
    Keep,

    /// <summary>A dead list.</summary>
    Dead,

    /// <summary>The format file.</summary>
    Format,

    /// <summary>The names of the sources.</summary>
    Sources,

    /// <summary>A file that does not belong to the store.</summary>
    Stray,
}

/// <summary>Something damaged.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Path">The file.</param>
/// <param name="Report">What the user is told.</param>
internal sealed record Finding(FindingKind Kind, string Path, DamagedBlob Report)
{
    /// <summary>The pack, for an entry or a pack.</summary>
    public PackReader? Pack { get; init; }

    /// <summary>The entry, for an entry.</summary>
    public PackEntry? Entry { get; init; }

    /// <summary>Digests whose bytes lie in what is damaged.</summary>
    public IReadOnlyList<Digest> Digests { get; init; } = [];
}
