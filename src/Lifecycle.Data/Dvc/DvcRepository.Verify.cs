using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

public sealed partial class DvcRepository
{
    /// <summary>Reads every object of the cache and compares it with its name; looks whether everything that outputs need is there. The mode of a file proves nothing.</summary>
    /// <param name="cancellationToken">Cancels between files.</param>
    /// <exception cref="LifecycleStorageException">A folder may not be listed, so what it holds cannot be verified.</exception>
    public async ValueTask<DvcVerification> VerifyAsync(CancellationToken cancellationToken = default)
    {
        ConcurrentBag<string> damaged = [];
        List<Verifying> objects = [];
        List<(string Path, string Oid)> legacy = [];
        foreach ((string path, string oid) in Objects(_cache.ObjectsFolder))
        {
            objects.Add(new Verifying(path, oid, damaged));
        }

        foreach ((string path, string oid) in Objects(_cache.Root))
        {
            legacy.Add((path, oid));
        }

        await Md5Reading.RunAsync(objects, cancellationToken).ConfigureAwait(false);
        long bytes = objects.Sum(o => o.Length);
        foreach ((string path, string oid) in legacy)
        {
            string plain = DvcDirectoryObject.Plain(oid);
            (_, Md5Hash hash) = DvcHashing.Legacy(path, cancellationToken);
            bytes += new FileInfo(path).Length;
            if (hash.Hex != plain)
            {
                damaged.Add($"'{path}' has {hash.Hex}");
            }
        }

        return new DvcVerification(objects.Count + legacy.Count, bytes, [.. damaged.Order(StringComparer.Ordinal)], Missing(Select(null, cancellationToken)));
    }

    // The objects that outputs need and the cache does not hold.
    private List<string> Missing(IEnumerable<DvcOutput> outputs)
    {
        List<string> missing = [];
        foreach (DvcOutput output in outputs.Where(o => o is { Unsupported: null, Oid: not null, IsCached: true }))
        {
            IReadOnlyList<DvcEntry>? entries = null;
            try
            {
                entries = Entries(output);
            }
            catch (Exception e) when (e is DvcObjectCorruptedException or DvcFormatException)
            {
                continue; // told as damaged
            }

            if (entries is null)
            {
                missing.Add($"{output.Oid} of {output.Path}");
                continue;
            }

            missing.AddRange(entries.Where(e => !_cache.Has(e.Md5, output.HashKind)).Select(e => $"{e.Md5} of {Combined(output, e.Path)}"));
        }

        return missing;
    }

    private static IEnumerable<(string Path, string Oid)> Objects(string root)
    {
        if (!Directory.Exists(root))
        {
            yield break;
        }

        foreach (string folder in DvcDisk.List(root, ignored: false, o => Directory.EnumerateDirectories(root, "*", o)).Where(f => Path.GetFileName(f) is { Length: 2 } name && name.All(char.IsAsciiHexDigitLower)).Order(StringComparer.Ordinal))
        {
            foreach (string file in DvcDisk.List(folder, ignored: false, o => Directory.EnumerateFiles(folder, "*", o)).Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal))
            {
                yield return (file, Path.GetFileName(folder) + Path.GetFileName(file));
            }
        }
    }

    private sealed class Verifying(string path, string oid, ConcurrentBag<string> damaged) : Md5LaneFile
    {
        public long Length { get; private set; }

        public override long ExpectedLength { get; } = new FileInfo(path).Length;

        public override SafeFileHandle Open() => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

        public override void Done(Md5Hash md5, long length, ReadOnlySpan<byte> whole)
        {
            Length = length;
            string plain = DvcDirectoryObject.Plain(oid);
            if (md5.Hex != plain)
            {
                damaged.Add($"'{path}' has {md5.Hex}");
            }
        }
    }
}
