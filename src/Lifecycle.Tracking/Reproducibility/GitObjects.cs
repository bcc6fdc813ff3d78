using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Lifecycle.Tracking;

/// <summary>
/// Objects of a repository by their id, loose ones and packed ones: enough to see which tree HEAD has and whether a file was stored with CRLF.
/// </summary>
internal sealed class GitObjects : IDisposable
{
    private const int Largest = 64 * 1024 * 1024;
    private const int Deepest = 4096;

    private readonly List<string> _folders = [];
    private readonly int _hashSize;
    private List<GitPack>? _packs;

    public GitObjects(string shared, int hashSize)
    {
        _hashSize = hashSize;
        AddFolder(Path.Combine(shared, "objects"), 0);
    }

    /// <summary>The bytes of an object; null when it is not there or larger than 64 MiB.</summary>
    public byte[]? Read(ReadOnlySpan<byte> id) => Loose(id) ?? Packed(id)?.Content;

    public void Dispose() => _packs?.ForEach(p => p.Dispose());

    private byte[]? Loose(ReadOnlySpan<byte> id)
    {
        string hex = Convert.ToHexStringLower(id);
        foreach (string folder in _folders)
        {
            string file = Path.Combine(folder, hex[..2], hex[2..]);
            if (!File.Exists(file))
            {
                continue;
            }

            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using ZLibStream zip = new(stream, CompressionMode.Decompress);
            StringBuilder header = new();
            for (int c = zip.ReadByte(); c > 0 && header.Length < 64; c = zip.ReadByte())
            {
                header.Append((char)c);
            }

            int space = header.ToString().IndexOf(' ', StringComparison.Ordinal);
            return Fill(zip, long.Parse(header.ToString(space + 1, header.Length - space - 1), NumberStyles.None, CultureInfo.InvariantCulture));
        }

        return null;
    }

    private (int Type, byte[] Content)? Packed(ReadOnlySpan<byte> id)
    {
        _packs ??= [.. _folders.Select(f => Path.Combine(f, "pack")).Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*.idx")).Order(StringComparer.Ordinal).Select(f => new GitPack(f, _hashSize))];
        foreach (GitPack pack in _packs)
        {
            if (pack.Find(id) is { } offset)
            {
                return Packed(pack, offset, 0);
            }
        }

        return null;
    }

    private (int Type, byte[] Content)? Packed(GitPack pack, long offset, int depth)
    {
        GitPack.Entry entry = pack.Open(offset);
        if (depth > Deepest || entry.Size > Largest)
        {
            return null;
        }

        byte[] content = Fill(entry.Content, entry.Size)!;
        entry.Content.Dispose();
        if (entry.Base is null && entry.BaseOffset is null)
        {
            return (entry.Type, content);
        }

        (int Type, byte[] Content)? origin = entry.BaseOffset is { } at ? Packed(pack, at, depth + 1)
            : Loose(entry.Base) is { } loose ? (0, loose) : Packed(entry.Base);
        return origin is { } known && Apply(known.Content, content) is { } made ? (known.Type, made) : null;
    }

    /// <summary>A delta: sizes of both sides, then copies out of the origin and new bytes.</summary>
    private static byte[]? Apply(byte[] origin, byte[] delta)
    {
        int at = 0;
        if (Size(delta, ref at) != origin.Length || Size(delta, ref at) is not (>= 0 and <= Largest and var size))
        {
            return null;
        }

        byte[] made = new byte[size];
        int to = 0;
        while (at < delta.Length)
        {
            byte order = delta[at++];
            if ((order & 0x80) == 0)
            {
                delta.AsSpan(at, order).CopyTo(made.AsSpan(to));
                at += order;
                to += order;
                continue;
            }

            int from = 0;
            int length = 0;
            for (int i = 0; i < 4; i++)
            {
                from |= (order & (1 << i)) != 0 ? delta[at++] << (8 * i) : 0;
            }

            for (int i = 0; i < 3; i++)
            {
                length |= (order & (0x10 << i)) != 0 ? delta[at++] << (8 * i) : 0;
            }

            length = length == 0 ? 0x10000 : length;
            origin.AsSpan(from, length).CopyTo(made.AsSpan(to));
            to += length;
        }

        return to == size ? made : null;
    }

    private static long Size(byte[] delta, ref int at)
    {
        long size = 0;
        int shift = 0;
        do
        {
            size |= (long)(delta[at] & 0x7F) << shift;
            shift += 7;
        }
        while ((delta[at++] & 0x80) != 0 && shift < 63);
        return size;
    }

    private static byte[]? Fill(Stream stream, long size)
    {
        if (size > Largest)
        {
            return null;
        }

        byte[] content = new byte[size];
        stream.ReadExactly(content);
        return content;
    }

    private void AddFolder(string folder, int depth)
    {
        if (!Directory.Exists(folder) || depth > 5)
        {
            return;
        }

        _folders.Add(folder);
        string alternates = Path.Combine(folder, "info", "alternates");
        if (File.Exists(alternates))
        {
            foreach (string line in File.ReadLines(alternates).Where(l => l.Length > 0 && l[0] != '#'))
            {
                AddFolder(Path.GetFullPath(line, folder), depth + 1);
            }
        }
    }
}
