using System.Runtime.InteropServices;
using System.Text;

namespace Lifecycle.Serving.Tests;

/// <summary>The ways in which people and tools put a new model where an old one lies.</summary>
internal static partial class Publisher
{
    public static IReadOnlyList<string> Ways { get; } =
        ["in-place", "rename", "link-swap", "same-stamp", "same-stamp-rename", "corrupt", "half-written", "deleted-and-back", "large"];

    /// <summary>Publishes into the folder; returns when the file is as it shall be.</summary>
    public static void Publish(string folder, string way, string content)
    {
        string model = Path.Combine(folder, "model.stamp");
        byte[] bytes = Bytes(content, way == "large" ? 1_300_000 : 0);
        switch (way)
        {
            case "in-place" or "corrupt" or "large":
                Write(model, bytes, time: null);
                break;
            case "rename":
                Replace(folder, model, bytes, time: null);
                break;
            case "same-stamp-rename":
                Replace(folder, model, bytes, File.GetLastWriteTimeUtc(model));
                break;
            case "same-stamp":
                Write(model, bytes, File.GetLastWriteTimeUtc(model));
                break;
            case "link-swap":
                string target = Path.Combine("store", content);
                Directory.CreateDirectory(Path.Combine(folder, "store"));
                Write(Path.Combine(folder, target), bytes, time: null);
                string link = Path.Combine(folder, ".link");
                File.CreateSymbolicLink(link, target);
                Rename(link, model);
                break;
            case "half-written":
                // Others may look while it is written, as they may at a file of any other program.
                using (FileStream file = new(model, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
                {
                    file.Write(bytes.AsSpan(0, bytes.Length / 2));
                    file.Flush(flushToDisk: true);
                    Thread.Sleep(30);
                    file.Write(bytes.AsSpan(bytes.Length / 2));
                }

                break;
            case "deleted-and-back":
                File.Delete(model);
                Thread.Sleep(content[^1] % 2 == 0 ? 0 : 60);
                Write(model, bytes, time: null);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(way), way, "No such way.");
        }
    }

    /// <summary>What the file holds: the content, then as many dots as fill it.</summary>
    public static byte[] Bytes(string content, int length)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        int used = bytes.Length;
        Array.Resize(ref bytes, Math.Max(used, length));
        bytes.AsSpan(used).Fill((byte)'.');
        return bytes;
    }

    /// <summary>Renames over whatever is there, also over a link to a folder.</summary>
    public static void Rename(string from, string to)
    {
        if (RenameFile(from, to) != 0)
        {
            throw new IOException($"'{from}' cannot be renamed to '{to}': {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static void Replace(string folder, string model, byte[] bytes, DateTime? time)
    {
        string next = Path.Combine(folder, "next.tmp");
        Write(next, bytes, time);
        Rename(next, model);
    }

    // Times are set in steps of 100 ns and written in finer ones: what is set at once can be set again.
    private static void Write(string path, byte[] bytes, DateTime? time)
    {
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, time ?? File.GetLastWriteTimeUtc(path));
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameFile(string from, string to);
}
