namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    /// <summary>Reads every byte of a version and checks it: record against row, schema, tree, and each file against its digest and length.</summary>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Cancels between buffers.</param>
    /// <returns>Everything that does not fit, each with what to do about it.</returns>
    public async ValueTask<DatasetVerification> VerifyAsync(DatasetVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        List<DatasetProblem> problems = [];
        await VerifyRecordAsync(version, problems, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<DatasetFile> files = [];
        try
        {
            files = await ReadTreeAsync(version.Digest, cancellationToken).ConfigureAwait(false);
            VerifyTotals(version, files, problems);
        }
        catch (Exception e) when (IsDamage(e))
        {
            problems.Add(new DatasetProblem(null, version.Digest, "the list of files: " + e.Message));
        }

        long bytes = 0;
        byte[] buffer = new byte[1 << 17];
        foreach (DatasetFile file in files)
        {
            try
            {
                Stream content = await Blobs.OpenAsync(file.Digest, null, cancellationToken).ConfigureAwait(false);
                await using (content.ConfigureAwait(false))
                {
                    long length = 0;
                    int read;
                    while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                    {
                        length += read;
                    }

                    bytes += length;
                    if (length != file.Length)
                    {
                        problems.Add(new DatasetProblem(file.Path, file.Digest, $"the file has {length} bytes and the version says {file.Length}"));
                    }
                }
            }
            catch (Exception e) when (IsDamage(e))
            {
                problems.Add(new DatasetProblem(file.Path, file.Digest, e.Message));
            }
        }

        return new DatasetVerification(files.Count, bytes, problems);
    }

    /// <summary>
    /// Checks every version of every dataset without reading the files: each record equals its row, each tree is one, and the store holds every file
    /// with its length. What the bytes are, <see cref="VerifyAsync(DatasetVersion, CancellationToken)"/> and the verification of the store tell.
    /// </summary>
    /// <param name="cancellationToken">Cancels between versions.</param>
    public async ValueTask<DatasetVerification> VerifyAsync(CancellationToken cancellationToken = default)
    {
        List<DatasetProblem> problems = [];
        Dictionary<Digest, long?> lengths = [];
        Dictionary<Digest, IReadOnlyList<DatasetFile>> trees = [];
        await foreach (VersionRow row in QueryAsync("ORDER BY d.name, v.number", [], cancellationToken).ConfigureAwait(false))
        {
            DatasetVersion version = new(this, row);
            List<DatasetProblem> found = [];
            await VerifyRecordAsync(version, found, cancellationToken).ConfigureAwait(false);
            if (!row.IsRemoved)
            {
                await VerifyFilesAsync(version, trees, lengths, found, cancellationToken).ConfigureAwait(false);
            }

            problems.AddRange(found.Select(p => p with { Version = version.ToString() }));
        }

        return new DatasetVerification(trees.Values.Sum(t => (long)t.Count), 0, problems);
    }

    private async ValueTask VerifyFilesAsync(
        DatasetVersion version,
        Dictionary<Digest, IReadOnlyList<DatasetFile>> trees,
        Dictionary<Digest, long?> lengths,
        List<DatasetProblem> problems,
        CancellationToken cancellationToken)
    {
        try
        {
            if (!trees.TryGetValue(version.Digest, out IReadOnlyList<DatasetFile>? files))
            {
                trees[version.Digest] = files = await ReadTreeAsync(version.Digest, cancellationToken).ConfigureAwait(false);
            }

            VerifyTotals(version, files, problems);
            foreach (DatasetFile file in files)
            {
                if (!lengths.TryGetValue(file.Digest, out long? length))
                {
                    lengths[file.Digest] = length = await Blobs.FindAsync(file.Digest, cancellationToken).ConfigureAwait(false);
                }

                if (length != file.Length)
                {
                    problems.Add(new DatasetProblem(file.Path, file.Digest, length is null
                        ? "the store does not hold it; bring it back with RepairAsync from a copy of the store, or commit the file again"
                        : $"the file has {length} bytes and the version says {file.Length}"));
                }
            }
        }
        catch (Exception e) when (IsDamage(e))
        {
            problems.Add(new DatasetProblem(null, version.Digest, "the list of files: " + e.Message));
        }
    }

    private static void VerifyTotals(DatasetVersion version, IReadOnlyList<DatasetFile> files, List<DatasetProblem> problems)
    {
        if (files.Count != version.Files || files.Sum(f => f.Length) != version.Bytes)
        {
            problems.Add(new DatasetProblem(null, version.Digest, $"the list holds {files.Count} files of {files.Sum(f => f.Length)} bytes and the row says {version.Files} of {version.Bytes}"));
        }
    }

    private async ValueTask VerifyRecordAsync(DatasetVersion version, List<DatasetProblem> problems, CancellationToken cancellationToken)
    {
        VersionRow row = version.Row;
        try
        {
            Digest? tables = row.Tables is null ? null : Digest.Of(System.Text.Encoding.UTF8.GetBytes(row.Tables));
            VersionRecord? record = VersionRecord.Parse(await ReadBlobAsync(Blobs, version.Record, 1 << 24, cancellationToken).ConfigureAwait(false));
            if (record is null)
            {
                problems.Add(new DatasetProblem(null, version.Record, "the record is damaged or was written by a newer version"));
            }
            else if (record != new VersionRecord(
                row.Id, row.Name, row.Number, row.Digest.ToString(), row.Parent, row.Message, row.Actor, row.At, record.Source, tables?.ToString())
                { Transform = record.Transform, Code = record.Code, Profile = row.Profile?.ToString(), Risk = record.Risk, Tags = record.Tags })
            {
                problems.Add(new DatasetProblem(null, version.Record, "the record tells something else than the row of the database; trust the record"));
            }

            if (tables is { } schema && !row.IsRemoved)
            {
                await ReadBlobAsync(Blobs, schema, 1 << 28, cancellationToken).ConfigureAwait(false);
            }

            if (row.Profile is { } profile && !row.IsRemoved)
            {
                ProfileJson.Read(await ReadBlobAsync(Blobs, profile, MaximumProfile, cancellationToken).ConfigureAwait(false));
            }
        }
        catch (Exception e) when (IsDamage(e))
        {
            problems.Add(new DatasetProblem(null, version.Record, "record, schema or profile: " + e.Message));
        }
    }

    private static bool IsDamage(Exception e) => e is BlobNotFoundException or BlobCorruptedException or DatasetException;
}

/// <summary>What a verification of a version found.</summary>
/// <param name="Files">Files that were read.</param>
/// <param name="Bytes">Bytes that were read of them.</param>
/// <param name="Problems">Everything that does not fit; empty when the version is sound.</param>
public sealed record DatasetVerification(long Files, long Bytes, IReadOnlyList<DatasetProblem> Problems)
{
    /// <summary>Whether every byte is what it was when it was committed.</summary>
    public bool IsSound => Problems.Count == 0;
}

/// <summary>One thing that does not fit.</summary>
/// <param name="Path">The file; null when the version as a whole is meant.</param>
/// <param name="Digest">The blob it is about.</param>
/// <param name="Problem">One sentence for a person.</param>
public sealed record DatasetProblem(string? Path, Digest Digest, string Problem)
{
    /// <summary>The version it is about, for example <c>mortgages@1</c>; null when that was said by the call.</summary>
    public string? Version { get; init; }
}
