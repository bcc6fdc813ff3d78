using System.Globalization;
using System.Runtime.InteropServices;
using Lifecycle.Statistics;

namespace Lifecycle.Benchmarks.Ratios;

/// <summary>Folders of random bytes that commits are measured on; each is made once a process and removed by <see cref="Remove"/>.</summary>
internal sealed class Workload
{
    private static readonly Lazy<string> Root = new(() => Directory.CreateTempSubdirectory("lifecycle-ratios-").FullName);

    private readonly Lazy<string> _folder;

    private Workload(string name, int folders, int files, int length)
    {
        Name = name;
        Files = folders * files;
        _folder = new Lazy<string>(() => Make(Path.Combine(Root.Value, name), folders, files, length));
    }

    /// <summary>One file of 1 GiB.</summary>
    public static Workload W1 { get; } = new("w1", 1, 1, 1 << 30);

    /// <summary>100 files of 10 MiB.</summary>
    public static Workload W2 { get; } = new("w2", 1, 100, 10 << 20);

    /// <summary>50,000 files of 4 KiB in 500 folders.</summary>
    public static Workload W3 { get; } = new("w3", 500, 100, 4096);

    public string Name { get; }

    public int Files { get; }

    /// <summary>The folder; its pages are in the cache.</summary>
    public string Folder => _folder.Value;

    /// <summary>The files, sorted.</summary>
    public IReadOnlyList<string> Paths => [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>A new, empty folder beside the workloads, in the same file system.</summary>
    public static string Scratch(string name)
    {
        string folder = Path.Combine(Root.Value, "scratch", name);
        Clear(folder);
        Directory.CreateDirectory(folder);
        return folder;
    }

    public static void Clear(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Removes everything.</summary>
    public static void Remove()
    {
        if (Root.IsValueCreated)
        {
            Clear(Root.Value);
        }
    }

    /// <summary>Random bytes that no compressor makes smaller.</summary>
    public static void Fill(Span<byte> bytes, ulong seed)
    {
        RandomStream random = new(seed);
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = random.NextUInt64();
        }

        bytes[(words.Length * 8)..].Fill((byte)seed);
    }

    private static string Make(string folder, int folders, int files, int length)
    {
        byte[] block = new byte[Math.Min(length, 1 << 20)];
        ulong seed = 1;
        for (int f = 0; f < folders; f++)
        {
            string sub = folders == 1 ? folder : Path.Combine(folder, f.ToString("D3", CultureInfo.InvariantCulture));
            Directory.CreateDirectory(sub);
            for (int i = 0; i < files; i++)
            {
                using FileStream file = new(Path.Combine(sub, i.ToString("D4", CultureInfo.InvariantCulture) + ".bin"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
                for (int at = 0; at < length; at += block.Length)
                {
                    Fill(block, seed++);
                    file.Write(block);
                }
            }
        }

        new Tool("sync", "coreutils").Run(folder);
        return folder;
    }
}
