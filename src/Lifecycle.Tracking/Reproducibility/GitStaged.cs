using System.Globalization;
using System.Text;

namespace Lifecycle.Tracking;

/// <summary>
/// What the next commit would change: HEAD's tree against the index. Folders whose tree the index knows to be unchanged are not opened, so after a commit
/// one comparison of two ids is enough.
/// </summary>
internal sealed class GitStaged(GitFolder git, GitIndex index, GitObjects objects)
{
    private const uint FolderMode = 0x4000;
    private readonly Dictionary<string, char> _changes = new(StringComparer.Ordinal);

    /// <summary>Letters of <c>git status</c> by path.</summary>
    /// <exception cref="InvalidDataException">An object of HEAD is not there, as in a shallow or partial clone.</exception>
    public static Dictionary<string, char> Find(GitFolder git, GitIndex index, GitObjects objects, string? head)
    {
        GitStaged staged = new(git, index, objects);
        if (head is null)
        {
            staged.AddAll(0, index.Entries.Length);
        }
        else
        {
            staged.Compare(Tree(objects.Read(Convert.FromHexString(head)) ?? throw Missing(head)), "", 0, index.Entries.Length);
        }

        return staged._changes;
    }

    private void Compare(byte[] tree, string prefix, int from, int to)
    {
        if (index.Trees.TryGetValue(prefix, out ReadOnlyMemory<byte> known) && known.Span.SequenceEqual(tree))
        {
            return;
        }

        Dictionary<string, (uint Mode, byte[] Id)> before = Entries(tree);
        while (from < to)
        {
            GitEntry entry = index.Entries[from];
            int slash = entry.Path.IndexOf('/', prefix.Length);
            string name = slash < 0 ? entry.Path[prefix.Length..] : entry.Path[prefix.Length..slash];
            if (slash < 0)
            {
                CompareFile(entry, before.GetValueOrDefault(name));
                from++;
            }
            else
            {
                string folder = entry.Path[..(slash + 1)];
                int end = from + 1;
                while (end < to && index.Entries[end].Path.StartsWith(folder, StringComparison.Ordinal))
                {
                    end++;
                }

                CompareFolder(folder, from, end, before.GetValueOrDefault(name));
                from = end;
            }

            before.Remove(name);
        }

        foreach ((string name, (uint mode, byte[] id)) in before)
        {
            Gone(prefix + name, mode, id);
        }
    }

    private void CompareFolder(string folder, int from, int to, (uint Mode, byte[]? Id) before)
    {
        if (before.Mode == FolderMode)
        {
            Compare(before.Id!, folder, from, to);
            return;
        }

        AddAll(from, to);
        if (before.Id is not null)
        {
            _changes[folder[..^1]] = 'D';
        }
    }

    private void CompareFile(GitEntry entry, (uint Mode, byte[]? Id) before)
    {
        if (before.Mode == FolderMode)
        {
            Gone(entry.Path, before.Mode, before.Id!);
            before = default;
        }

        if (entry.Flags.HasFlag(GitEntryFlags.Unmerged))
        {
            _changes[entry.Path] = 'U';
        }
        else if (entry.Flags.HasFlag(GitEntryFlags.OnlyAnnounced))
        {
            return;
        }
        else if (before.Id is null)
        {
            _changes[entry.Path] = 'A';
        }
        else if (Plain(entry.Mode) != Plain(before.Mode) || !entry.Id.Span.SequenceEqual(before.Id))
        {
            _changes[entry.Path] = entry.Mode >> 12 == before.Mode >> 12 ? 'M' : 'T';
        }
    }

    private void AddAll(int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            CompareFile(index.Entries[i], default);
        }
    }

    private void Gone(string path, uint mode, byte[] id)
    {
        if (mode != FolderMode)
        {
            _changes[path] = 'D';
            return;
        }

        foreach ((string name, (uint inner, byte[] child)) in Entries(id))
        {
            Gone(path + "/" + name, inner, child);
        }
    }

    // Old trees hold 100664; to git it is 100644.
    private static uint Plain(uint mode) => mode >> 12 == 8 ? mode & 0xF040 : mode & 0xF000;

    private Dictionary<string, (uint Mode, byte[] Id)> Entries(byte[] tree)
    {
        byte[] bytes = objects.Read(tree) ?? throw Missing(Convert.ToHexStringLower(tree));
        Dictionary<string, (uint Mode, byte[] Id)> entries = new(StringComparer.Ordinal);
        for (int at = 0; at < bytes.Length;)
        {
            ReadOnlySpan<byte> rest = bytes.AsSpan(at);
            int space = rest.IndexOf((byte)' ');
            int zero = rest.IndexOf((byte)0);
            uint mode = Convert.ToUInt32(Encoding.ASCII.GetString(rest[..space]), 8);
            entries[Encoding.UTF8.GetString(rest[(space + 1)..zero])] = (mode, rest.Slice(zero + 1, git.HashSize).ToArray());
            at += zero + 1 + git.HashSize;
        }

        return entries;
    }

    private static byte[] Tree(byte[] commit)
    {
        int line = commit.AsSpan().IndexOf((byte)'\n');
        return commit.AsSpan().StartsWith("tree "u8) && line > 5 ? Convert.FromHexString(Encoding.ASCII.GetString(commit, 5, line - 5))
            : throw new InvalidDataException("HEAD names no commit.");
    }

    private static InvalidDataException Missing(string id) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The object {id} is not in this clone or larger than 64 MiB."));
}
