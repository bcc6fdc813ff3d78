using System.Text;

namespace Lifecycle.Data;

/// <summary>What was read for a version, before it has a number.</summary>
internal sealed class CommitDraft
{
    public CommitDraft(IReadOnlyList<DatasetFile> files, IReadOnlyList<TableSummary> tables, IReadOnlyList<DatasetProfile> profiles, bool anyNew)
    {
        Files = files;
        AnyNew = anyNew;
        Bytes = files.Sum(f => f.Length);
        Tree = DatasetTree.Write(files);
        Digest = Digest.Of(Tree);
        Tables = TablesDocument.Write(tables);
        TablesText = Tables is null ? null : Encoding.UTF8.GetString(Tables);
        Profile = profiles.Count == 0 ? null : ProfileJson.Write(profiles);
        ProfileDigest = Profile is null ? null : Digest.Of(Profile);
        Rows = tables is [{ Schema.Count: > 0 } only] ? only.Rows : null;
    }

    public IReadOnlyList<DatasetFile> Files { get; }

    /// <summary>Whether the store did not have all of it.</summary>
    public bool AnyNew { get; }

    public long Bytes { get; }

    public byte[] Tree { get; }

    public Digest Digest { get; }

    public byte[]? Tables { get; }

    public string? TablesText { get; }

    public byte[]? Profile { get; }

    public Digest? ProfileDigest { get; }

    public long? Rows { get; }

    /// <summary>Files that were read, with the stamps they had.</summary>
    public required IReadOnlyList<StampedFile> Stamped { get; init; }

    /// <summary>Digests of files that nobody read, because their stamps did not change.</summary>
    public required IReadOnlyList<Digest> Known { get; init; }

    /// <summary>MD5 of the files that were read, when that was asked for.</summary>
    public required IReadOnlyDictionary<Digest, (string Md5, long Length)> Md5 { get; init; }
}
