using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Threading.Channels;

namespace Lifecycle.Data;

/// <summary>
/// Reads the files of a commit into a batch. Each file is opened once, for reading only; its stamp is taken before and after, and a file that
/// changed meanwhile is read again. Small files are read whole by a second worker while the batch hashes and stores those before them.
/// </summary>
internal sealed class CommitReader(BlobBatch batch, Func<string, TableFormat?> formatOf, ProfileDepth depth, bool allowProblems, bool md5)
{
    public const int Attempts = 3;

    private const int SmallBytes = 1 << 20;
    private const int GroupBytes = 1 << 19;
    private const int GroupFiles = 64;
    private const int Groups = 8;

    private readonly List<TableSummary> _tables = [];
    private readonly List<DatasetProfile> _profiles = [];
    private readonly List<StampedFile> _stamped = [];
    private readonly Dictionary<Digest, (string Md5, long Length)> _md5 = [];
    private bool _anyNew;

    /// <summary>Reads what is not known, in the order of the files.</summary>
    public async ValueTask<CommitDraft> ReadAsync(IReadOnlyList<ScannedFile> files, CancellationToken cancellationToken)
    {
        DatasetFile?[] entries = new DatasetFile?[files.Count];
        List<int> unread = [];
        for (int i = 0; i < files.Count; i++)
        {
            entries[i] = files[i].Known;
            if (files[i].Known is null)
            {
                unread.Add(i);
            }
            else if (files[i].KnownTable is { } table)
            {
                _tables.Add(table);
            }
        }

        Digest[] known = [.. entries.Where(e => e is not null).Select(e => e!.Digest)];
        if (unread.Count > 0)
        {
            await ReadAsync(files, unread, entries, cancellationToken).ConfigureAwait(false);
        }

        _tables.Sort((a, b) => PathOrder.Compare(a.Path, b.Path));
        return new CommitDraft(entries!, _tables, _profiles, _anyNew) { Stamped = _stamped, Known = known, Md5 = _md5 };
    }

    private async ValueTask ReadAsync(IReadOnlyList<ScannedFile> files, List<int> unread, DatasetFile?[] entries, CancellationToken cancellationToken)
    {
        Channel<List<LoadedFile>> loaded = Channel.CreateBounded<List<LoadedFile>>(new BoundedChannelOptions(Groups) { SingleReader = true, SingleWriter = true });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task loading = Task.Run(() => LoadAsync(files, unread, loaded.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (List<LoadedFile> group in loaded.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                foreach (LoadedFile file in group)
                {
                    LoadedFile stored = file.Buffer is null
                        ? await StreamAsync(file.Index, files[file.Index], cancellationToken).ConfigureAwait(false)
                        : await PutAsync(file, cancellationToken).ConfigureAwait(false);
                    Keep(files[file.Index], stored, entries);
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await loading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Keep(in ScannedFile file, in LoadedFile stored, DatasetFile?[] entries)
    {
        entries[stored.Index] = new DatasetFile(file.Path, stored.Blob.Length, stored.Blob.Digest, file.IsExecutable);
        _anyNew |= stored.Blob.IsNew;
        _stamped.Add(new StampedFile(file.Path, stored.Stamp, stored.Blob.Digest, file.IsExecutable));
        if (stored.Table is { } table)
        {
            _tables.Add(table);
        }

        if (stored.Profile is { } profile)
        {
            _profiles.Add(profile);
        }

        if (stored.Md5 is { } hash)
        {
            _md5[stored.Blob.Digest] = (hash, stored.Blob.Length);
        }
    }

    private async ValueTask<LoadedFile> PutAsync(LoadedFile file, CancellationToken cancellationToken)
    {
        StoredBlob blob = await batch.PutAsync(file.Buffer.AsMemory(0, file.Length), cancellationToken).ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(file.Buffer!);
        return file with { Blob = blob };
    }

    private async Task LoadAsync(IReadOnlyList<ScannedFile> files, List<int> unread, ChannelWriter<List<LoadedFile>> loaded, CancellationToken cancellationToken)
    {
        try
        {
            List<LoadedFile> group = [];
            long bytes = 0;
            foreach (int index in unread)
            {
                cancellationToken.ThrowIfCancellationRequested();
                LoadedFile file = files[index].Stamp.Length >= SmallBytes ? new LoadedFile(index)
                    : await LoadAsync(index, files[index], cancellationToken).ConfigureAwait(false);
                group.Add(file);
                bytes += file.Length;
                if (file.Buffer is null || bytes >= GroupBytes || group.Count == GroupFiles)
                {
                    await loaded.WriteAsync(group, cancellationToken).ConfigureAwait(false);
                    group = [];
                    bytes = 0;
                }
            }

            await loaded.WriteAsync(group, cancellationToken).ConfigureAwait(false);
            loaded.Complete();
        }
        catch (Exception e)
        {
            loaded.Complete(e);
        }
    }

    // Without a buffer when the file is too big to be read whole.
    private async ValueTask<LoadedFile> LoadAsync(int index, ScannedFile file, CancellationToken cancellationToken)
    {
        for (int attempt = 1; attempt <= Attempts; attempt++)
        {
            TableScan? scan = formatOf(file.Path)?.BeginScan(file.Path, depth);
            (Microsoft.Win32.SafeHandles.SafeFileHandle handle, FileStamp before) = SourceFile.OpenHandle(file.FullPath);
            using (handle)
            {
                if (before.Length >= SmallBytes)
                {
                    return new LoadedFile(index);
                }

                byte[] buffer = ArrayPool<byte>.Shared.Rent((int)before.Length + 1);
                int length = ReadWhole(handle, buffer);
                scan?.Write(buffer.AsSpan(0, length));
                if (length == before.Length && before == SourceFile.StampOf(file.FullPath))
                {
                    TableSummary? table = Completed(scan, file.Path);
                    return new LoadedFile(index)
                    {
                        Buffer = buffer,
                        Length = length,
                        Stamp = before,
                        Table = table,
                        Profile = await ProfiledAsync(scan, table, file.FullPath, before, cancellationToken).ConfigureAwait(false),
                        Md5 = md5 ? Md5Of(buffer.AsSpan(0, length)) : null,
                    };
                }

                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        throw new DatasetChangedDuringCommitException(file.FullPath);
    }

    private static int ReadWhole(Microsoft.Win32.SafeHandles.SafeFileHandle handle, byte[] buffer)
    {
        int length = 0;
        int read;
        while (length < buffer.Length && (read = RandomAccess.Read(handle, buffer.AsSpan(length), length)) > 0)
        {
            length += read;
        }

        return length;
    }

    private async ValueTask<LoadedFile> StreamAsync(int index, ScannedFile file, CancellationToken cancellationToken)
    {
        for (int attempt = 1; attempt <= Attempts; attempt++)
        {
            TableScan? scan = formatOf(file.Path)?.BeginScan(file.Path, depth);
            using IncrementalHash? hash = md5 ? NewMd5() : null;
            (FileStream content, FileStamp before) = SourceFile.Open(file.FullPath);
            StoredBlob blob;
            await using (content.ConfigureAwait(false))
            {
                ScannedStream scanned = new(content, scan, hash);
                await using (scanned.ConfigureAwait(false))
                {
                    blob = await batch.PutAsync(scanned, cancellationToken).ConfigureAwait(false);
                }
            }

            if (before == SourceFile.StampOf(file.FullPath) && blob.Length == before.Length)
            {
                TableSummary? table = Completed(scan, file.Path);
                return new LoadedFile(index)
                {
                    Blob = blob,
                    Stamp = before,
                    Table = table,
                    Profile = await ProfiledAsync(scan, table, file.FullPath, before, cancellationToken).ConfigureAwait(false),
                    Md5 = hash is null ? null : Convert.ToHexStringLower(hash.GetHashAndReset()),
                };
            }
        }

        throw new DatasetChangedDuringCommitException(file.FullPath);
    }

    private TableSummary? Completed(TableScan? scan, string path) =>
        scan?.Complete() is not { } table ? null
        : table.FirstError is null || allowProblems ? table
        : throw new TableFormatException(path, [.. table.Problems.Where(p => !TableSummary.IsNote(p.Kind))]);

    private static async ValueTask<DatasetProfile?> ProfiledAsync(
        TableScan? scan, TableSummary? table, string path, FileStamp stamp, CancellationToken cancellationToken) =>
        scan is null || table is null ? null : await DatasetCatalog.ProfileAsync(scan, table, path, stamp, cancellationToken).ConfigureAwait(false);

    [SuppressMessage("Security", "CA5351", Justification = "DVC knows files by their MD5; our own digests are SHA-256.")]
    private static IncrementalHash NewMd5() => IncrementalHash.CreateHash(HashAlgorithmName.MD5);

    [SuppressMessage("Security", "CA5351", Justification = "DVC knows files by their MD5; our own digests are SHA-256.")]
    private static string Md5Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(MD5.HashData(content));

    /// <summary>A file on its way into the batch.</summary>
    private readonly record struct LoadedFile(int Index)
    {
        public byte[]? Buffer { get; init; }

        public int Length { get; init; }

        public FileStamp Stamp { get; init; }

        public TableSummary? Table { get; init; }

        public DatasetProfile? Profile { get; init; }

        public string? Md5 { get; init; }

        public StoredBlob Blob { get; init; }
    }
}
