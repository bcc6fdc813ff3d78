using System.Diagnostics;
using System.Globalization;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

/// <summary>A file system of a few mebibytes in memory, that can be filled. Mounting one needs Linux and rights; without them a test skips, saying so.</summary>
internal sealed class TinyDisk : IDisposable
{
    private TinyDisk(TemporaryFolder folder) => Folder = folder;

    public TemporaryFolder Folder { get; }

    public static TinyDisk Mount(int mebibytes)
    {
        TinyDisk disk = new(new TemporaryFolder());
        if (OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m"), "tmpfs", disk.Folder.Path))
        {
            return disk;
        }

        disk.Folder.Dispose();
        Assert.Skip("Mounting a small tmpfs is not permitted here.");
        return disk;
    }

    /// <summary>Fills the disk until no more than this is free.</summary>
    public void Leave(int bytes)
    {
        string filler = Folder["filler"];
        File.Delete(filler);
        DriveInfo drive = new(Folder.Path);
        byte[] page = new byte[4096];
        using FileStream file = new(filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);

        // what was deleted may become free a moment later, so the disk is asked again
        for (int rounds = 0; rounds < 3; rounds++)
        {
            for (long left = drive.AvailableFreeSpace - bytes; left > 0; left -= page.Length)
            {
                file.Write(page);
            }
        }

        Assert.InRange(file.Length, 1, long.MaxValue);
    }

    public void Free() => File.Delete(Folder["filler"]);

    public void Dispose()
    {
        Run("umount", "-l", Folder.Path);
        Folder.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        Array.ForEach(arguments, start.ArgumentList.Add);
        try
        {
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // there is no such program
        }
    }
}
