using System.Collections.Concurrent;

namespace Lifecycle.Data;

public sealed partial class DvcRepository
{
    /// <summary>
    /// Copies the objects of outputs to a remote: files first, the list of a folder last and only when all its files are there. Every object is hashed on
    /// its way; that a list is there already is not taken as a sign that its files are.
    /// </summary>
    /// <param name="path">An output, the file that tells of it, or a folder of outputs; null for all.</param>
    /// <param name="remote">Name of the remote; null takes the output's own or the default one.</param>
    /// <param name="cancellationToken">Cancelling leaves whole objects only; the next call goes on behind the last 1,000 objects or gibibyte.</param>
    /// <exception cref="DvcObjectMissingException">Objects are not in the cache; the others were pushed.</exception>
    /// <exception cref="DvcObjectCorruptedException">Objects of the cache are damaged; they were not pushed, nor the lists that name them.</exception>
    public ValueTask<DvcTransfer> PushAsync(string? path = null, string? remote = null, CancellationToken cancellationToken = default) =>
        TransferAsync(path, remote, isPush: true, cancellationToken);

    /// <summary>Copies the objects of outputs from a remote into the cache. The work tree is not touched.</summary>
    /// <inheritdoc cref="PullAsync"/>
    public ValueTask<DvcTransfer> FetchAsync(string? path = null, string? remote = null, CancellationToken cancellationToken = default) =>
        TransferAsync(path, remote, isPush: false, cancellationToken);

    /// <summary>Copies the objects of outputs from a remote into the cache and checks the outputs out.</summary>
    /// <param name="path">An output, the file that tells of it, or a folder of outputs; null for all.</param>
    /// <param name="remote">Name of the remote; null takes the output's own or the default one.</param>
    /// <param name="options">How outputs are written; null copies and overwrites nothing.</param>
    /// <param name="cancellationToken">Cancelling leaves whole objects only; the next call goes on.</param>
    /// <exception cref="DvcObjectMissingException">Objects are not at the remote; the others are in the cache.</exception>
    /// <exception cref="DvcObjectCorruptedException">Objects of the remote are damaged; they were not taken.</exception>
    /// <exception cref="UnsafePathException">Paths that must not be written; no file was, the objects are in the cache.</exception>
    /// <exception cref="WorkspaceModifiedException">
    /// Files in the way hold bytes that are kept nowhere; no file was written, the objects are in the cache. Or files changed while the checkout ran: these
    /// stayed, the others were written.
    /// </exception>
    public async ValueTask<(DvcTransfer Transfer, DvcCheckoutReport Checkout)> PullAsync(
        string? path = null, string? remote = null, DvcCheckoutOptions? options = null, CancellationToken cancellationToken = default)
    {
        DvcTransfer transfer = await FetchAsync(path, remote, cancellationToken).ConfigureAwait(false);
        return (transfer, await CheckoutAsync(path, options, cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<DvcTransfer> TransferAsync(string? path, string? remoteName, bool isPush, CancellationToken cancellationToken)
    {
        using DvcLocks held = await LockAsync([], cancellationToken).ConfigureAwait(false);
        List<DvcOutput> outputs = Select(path, cancellationToken);
        List<string> skipped = [.. outputs.Where(o => o.Unsupported is not null).Select(o => $"{o.Path}: {o.Unsupported}")];
        List<DvcOutput> wanted = [.. outputs.Where(o => o is { Unsupported: null, Oid: not null, IsCached: true } && (o.IsPushed || !isPush))];
        DvcRemote first = Remote(remoteName ?? wanted.FirstOrDefault()?.Remote);
        ConcurrentBag<string> damaged = [];
        List<string> missing = [];
        DvcStamps stamps = DvcStamps.Load(_dvcFolder);
        long copied = 0;
        long present = 0;
        long bytes = 0;
        try
        {
            foreach (IGrouping<string, DvcOutput> group in wanted.GroupBy(o => remoteName ?? o.Remote ?? first.Name, StringComparer.Ordinal))
            {
                DvcCache other = new(Remote(group.Key).Folder!);
                Transfer transfer = new(isPush ? _cache : other, isPush ? other : _cache, isPush ? "push" : "pull", stamps, damaged, missing);
                await transfer.RunAsync([.. group], cancellationToken).ConfigureAwait(false);
                copied += transfer.Copied;
                present += transfer.Present;
                bytes += transfer.Bytes;
            }
        }
        finally
        {
            // also when it is interrupted: what was hashed is not hashed again by the next call
            await stamps.SaveAsync().ConfigureAwait(false);
        }

        return !damaged.IsEmpty ? throw new DvcObjectCorruptedException([.. damaged.Order(StringComparer.Ordinal)])
            : missing.Count > 0 ? throw new DvcObjectMissingException(missing, isPush ? Pulling() : $"The remote {first} does not have them; push them from where they are, or name another remote.")
            : new DvcTransfer(first, copied, present, bytes, skipped);
    }

    private DvcRemote Remote(string? name)
    {
        name ??= _config.DefaultRemote ?? throw new DatasetException("No remote is named, and the settings of the repository have no default one (core.remote).");
        if (!_config.Remotes.TryGetValue(name, out DvcRemote? remote))
        {
            throw new DatasetException($"There is no remote '{name}'. {(_config.Remotes.Count == 0 ? "The repository has none." : $"There are: {string.Join(", ", _config.Remotes.Keys)}.")}");
        }

        return remote.Unsupported is null ? remote : throw new DatasetException($"The remote '{remote.Name}' cannot be used: {remote.Unsupported}.");
    }

    /// <summary>Objects of outputs from one tree into another.</summary>
    private sealed class Transfer(DvcCache from, DvcCache to, string operation, DvcStamps stamps, ConcurrentBag<string> damaged, List<string> missing)
    {
        private const int GroupObjects = 1000;
        private const long GroupBytes = 1L << 30;

        public long Copied { get; private set; }

        public long Present { get; private set; }

        public long Bytes { get; private set; }

        public async ValueTask RunAsync(List<DvcOutput> outputs, CancellationToken cancellationToken)
        {
            DvcCache.Sweep(to.ObjectsFolder, TimeProvider.System.GetUtcNow().UtcDateTime);
            List<(string Oid, byte[] Bytes, DvcHashKind Kind, List<DvcEntry> Files)> lists = [];
            Dictionary<(string Oid, DvcHashKind Kind), string> files = [];
            foreach (DvcOutput output in outputs)
            {
                if (!output.IsFolder)
                {
                    files.TryAdd((output.Oid!, output.HashKind), output.Path);
                    continue;
                }

                byte[]? bytes = ReadList(output);
                if (bytes is null)
                {
                    missing.Add($"{output.Oid} of {output.Path}");
                    continue;
                }

                List<DvcEntry> entries = [.. DvcDirectoryObject.Parse(bytes, from.PathOf(output.Oid!, output.HashKind))];
                lists.Add((output.Oid!, bytes, output.HashKind, entries));
                foreach (DvcEntry entry in entries)
                {
                    files.TryAdd((entry.Md5, output.HashKind), Combined(output, entry.Path));
                }
            }

            await FilesAsync(files, cancellationToken).ConfigureAwait(false);
            Lists(lists, cancellationToken);
        }

        // The list of a folder comes from where it is; that of the cache will do when the remote's is gone.
        private byte[]? ReadList(DvcOutput output)
        {
            try
            {
                return from.ReadDirectory(output.Oid!, output.HashKind) ?? (operation == "pull" ? to.ReadDirectory(output.Oid!, output.HashKind) : null);
            }
            catch (DvcObjectCorruptedException e)
            {
                damaged.Add(e.Objects[0]);
                return [(byte)'[', (byte)']'];
            }
        }

        private async ValueTask FilesAsync(Dictionary<(string Oid, DvcHashKind Kind), string> files, CancellationToken cancellationToken)
        {
            using DvcObjectWriter writer = new(to, operation, stamps);
            List<DvcCopy> copies = [];
            KeyValuePair<(string Oid, DvcHashKind Kind), string>[] all = [.. files];
            (long Length, bool IsThere)[] looks = new (long, bool)[all.Length];
            await Parallel.ForAsync(0, all.Length, cancellationToken, (i, token) =>
            {
                looks[i] = Look(all[i].Key.Oid, all[i].Key.Kind, writer, token);
                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
            for (int i = 0; i < all.Length; i++)
            {
                ((string oid, DvcHashKind kind), string path) = all[i];
                (long length, bool isThere) = looks[i];
                string source = from.PathOf(oid, kind);
                if (isThere)
                {
                    Present++;
                }
                else if (length < 0)
                {
                    missing.Add($"{oid} of {path}");
                }
                else if (kind == DvcHashKind.Md5)
                {
                    copies.Add(new DvcCopy(source, oid, writer, damaged));
                }
                else
                {
                    Legacy(source, oid, length, writer, cancellationToken);
                    if (writer.Count >= GroupObjects || writer.Bytes - Bytes >= GroupBytes)
                    {
                        Publish(writer, cancellationToken);
                    }
                }
            }

            Publish(writer, cancellationToken);
            foreach (List<DvcCopy> group in Groups(copies))
            {
                await Md5Reading.RunAsync(group, cancellationToken).ConfigureAwait(false);
                Publish(writer, cancellationToken);
            }
        }

        // What has its name is not copied again when the call is interrupted and made anew.
        private void Publish(DvcObjectWriter writer, CancellationToken cancellationToken)
        {
            Copied += writer.Count;
            Bytes = writer.Bytes;
            writer.Publish(cancellationToken);
        }

        private static IEnumerable<List<DvcCopy>> Groups(List<DvcCopy> copies)
        {
            List<DvcCopy> group = [];
            long bytes = 0;
            foreach (DvcCopy copy in copies)
            {
                group.Add(copy);
                bytes += copy.ExpectedLength;
                if (group.Count == GroupObjects || bytes >= GroupBytes)
                {
                    yield return group;
                    group = [];
                    bytes = 0;
                }
            }

            if (group.Count > 0)
            {
                yield return group;
            }
        }

        // The length of an object where it comes from, or -1; and whether it is where it shall be.
        private (long Length, bool IsThere) Look(string oid, DvcHashKind kind, DvcObjectWriter writer, CancellationToken cancellationToken)
        {
            long length = new FileInfo(from.PathOf(oid, kind)) is { Exists: true } there ? there.Length : -1;
            return (length, length >= 0 ? writer.Has(oid, kind, length, cancellationToken) : operation == "pull" && to.Has(oid, kind));
        }

        private void Legacy(string source, string oid, long length, DvcObjectWriter writer, CancellationToken cancellationToken)
        {
            using Stream copy = writer.Begin(length);
            (_, Md5Hash hash) = DvcHashing.Legacy(source, cancellationToken, bytes => copy.Write(bytes));
            if (hash.Hex == oid)
            {
                writer.End(copy, oid, DvcHashKind.Md5Dos2Unix);
            }
            else
            {
                damaged.Add($"'{source}' has {hash.Hex}");
            }
        }

        private void Lists(List<(string Oid, byte[] Bytes, DvcHashKind Kind, List<DvcEntry> Files)> lists, CancellationToken cancellationToken)
        {
            using DvcObjectWriter writer = new(to, operation, stamps);
            foreach ((string oid, byte[] bytes, DvcHashKind kind, List<DvcEntry> files) in lists)
            {
                if (writer.Has(oid, kind, bytes.Length, cancellationToken))
                {
                    Present++;
                }
                else if (DvcDirectoryObject.Oid(bytes) == oid && files.TrueForAll(f => to.Has(f.Md5, kind)))
                {
                    writer.Add(oid, kind, bytes);
                    Copied++;
                    Bytes += bytes.Length;
                }
            }

            writer.Publish(cancellationToken);
        }
    }
}
