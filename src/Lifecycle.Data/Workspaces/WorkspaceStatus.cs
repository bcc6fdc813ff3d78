namespace Lifecycle.Data;

/// <summary>What a folder holds, against the version that it followed last. Each list is sorted by path.</summary>
/// <param name="Version">The version; null when the folder never held one.</param>
/// <param name="Added">Files that the version does not have.</param>
/// <param name="Modified">Files whose content or mode differs; as they are in the folder.</param>
/// <param name="Deleted">Files of the version that are gone.</param>
/// <param name="Renamed">Pairs of a deleted and an added file of equal content; they are in neither of those lists.</param>
/// <param name="Files">Files in the folder.</param>
/// <param name="FilesHashed">Files that had to be read because nothing proved them unchanged.</param>
public sealed record WorkspaceStatus(
    DatasetVersion? Version,
    IReadOnlyList<DatasetFile> Added,
    IReadOnlyList<DatasetFile> Modified,
    IReadOnlyList<DatasetFile> Deleted,
    IReadOnlyList<(DatasetFile From, DatasetFile To)> Renamed,
    long Files,
    long FilesHashed)
{
    /// <summary>Whether the folder holds exactly the version.</summary>
    public bool IsClean => Version is not null && Added.Count + Modified.Count + Deleted.Count + Renamed.Count == 0;

    /// <summary>For example <c>images@2: 1 added, 0 modified, 0 deleted, 0 renamed; 1 of 50000 files hashed</c>.</summary>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{(Version is null ? "no version" : Version.ToString())}: {Added.Count} added, {Modified.Count} modified, {Deleted.Count} deleted, {Renamed.Count} renamed; {FilesHashed} of {Files} files hashed");
}
