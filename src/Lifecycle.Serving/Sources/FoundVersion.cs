namespace Lifecycle.Serving;

/// <summary>What a file is to its version.</summary>
internal enum FileRole
{
    /// <summary>The model: without it there is no version.</summary>
    Model,

    /// <summary>Another file of the model.</summary>
    Part,

    /// <summary>Says the digest that another file must have; no part of the model.</summary>
    Sum,
}

/// <summary>A file of a version by its name.</summary>
/// <param name="Path">Its path inside the model.</param>
/// <param name="Role">What it is.</param>
/// <param name="Trail">Where it lies.</param>
internal sealed record FoundFile(string Path, FileRole Role, LinkTrail Trail);

/// <summary>The files of a version by their names; nobody has looked at them yet.</summary>
/// <param name="Name">What the layout calls it.</param>
/// <param name="Files">In ordinal order of their paths; none when it is refused.</param>
/// <param name="Folders">Folders whose change may change the version.</param>
/// <param name="Refusal">Why it must not be looked at; null when it may.</param>
internal sealed record FoundVersion(string Name, IReadOnlyList<FoundFile> Files, IReadOnlyCollection<string> Folders, string? Refusal = null);

/// <summary>A file as a look saw it.</summary>
/// <param name="Path">Its path inside the model.</param>
/// <param name="Role">What it is.</param>
/// <param name="Place">Where it lies, without links.</param>
/// <param name="Stamp">Length, times and number.</param>
/// <param name="Digest">Of its content; null where it is too large to be read at this look.</param>
internal readonly record struct FileLook(string Path, FileRole Role, string Place, FileStamp Stamp, Digest? Digest);

/// <summary>A version as a look saw it.</summary>
internal sealed record VersionLook(IReadOnlyList<FileLook> Files, string? Refusal)
{
    /// <summary>Whether the other look saw the same.</summary>
    public bool IsSameAs(VersionLook? other) => other is not null && other.Refusal == Refusal && Files.SequenceEqual(other.Files);

    /// <summary>The digest that an earlier look found for a file that looks the same.</summary>
    public Digest? DigestOf(string place, FileStamp stamp)
    {
        foreach (FileLook file in Files)
        {
            if (file.Place == place && file.Stamp == stamp)
            {
                return file.Digest;
            }
        }

        return null;
    }
}
