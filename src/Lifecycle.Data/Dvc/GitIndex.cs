using System.Buffers.Binary;
using System.Text;

namespace Lifecycle.Data;

/// <summary>The list of files that Git tracks: <c>.git/index</c>, versions 2 and 3.</summary>
internal static class GitIndex
{
    private const int Fixed = 62;
    private const long MaximumBytes = 1L << 30;

    /// <summary>Whether Git tracks a path or something below it.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="warning">Why it could not be told, or null.</param>
    public static bool Tracks(string path, out string? warning)
    {
        warning = null;
        if (Find(Path.GetDirectoryName(path)!) is not var (root, folder))
        {
            return false;
        }

        string index = Path.Combine(folder, "index");
        if (!File.Exists(index))
        {
            return false;
        }

        byte[] wanted = Encoding.UTF8.GetBytes(Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/'));
        byte[] bytes = new FileInfo(index).Length <= MaximumBytes ? File.ReadAllBytes(index) : [];
        int version = bytes.Length >= 12 && bytes.AsSpan().StartsWith("DIRC"u8) ? BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4)) : 0;
        if (version is not (2 or 3))
        {
            warning = $"'{index}' is an index of Git that is not read (versions 2 and 3 are), so it was not looked up whether Git tracks '{path}'.";
            return false;
        }

        return Tracks(bytes, wanted, version);
    }

    private static bool Tracks(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> wanted, int version)
    {
        uint count = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        int at = 12;
        for (uint i = 0; i < count && at + Fixed <= bytes.Length; i++)
        {
            int name = at + Fixed + (version == 3 && (bytes[at + 60] & 0x40) != 0 ? 2 : 0);
            int end = name < bytes.Length ? bytes[name..].IndexOf((byte)0) : -1;
            if (end < 0)
            {
                return false;
            }

            ReadOnlySpan<byte> path = bytes.Slice(name, end);
            if (path.StartsWith(wanted) && (path.Length == wanted.Length || path[wanted.Length] == '/'))
            {
                return true;
            }

            at += (name - at + end + 8) & ~7;
        }

        return false;
    }

    // `.git` is a folder, or a file that says where that folder is.
    private static (string Root, string Folder)? Find(string path)
    {
        for (DirectoryInfo? folder = new(path); folder is not null; folder = folder.Parent)
        {
            string git = Path.Combine(folder.FullName, ".git");
            if (Directory.Exists(git))
            {
                return (folder.FullName, git);
            }

            if (File.Exists(git))
            {
                const string Prefix = "gitdir:";
                string text = new FileInfo(git).Length < 8192 ? File.ReadAllText(git).Trim() : "";
                return text.StartsWith(Prefix, StringComparison.Ordinal) ? (folder.FullName, Path.GetFullPath(text[Prefix.Length..].Trim(), folder.FullName)) : null;
            }
        }

        return null;
    }
}
