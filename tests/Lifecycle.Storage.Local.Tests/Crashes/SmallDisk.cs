using System.Diagnostics;
using System.Globalization;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>A file system of a few mebibytes in memory. Mounting one needs Linux and rights; without them a test skips, saying so.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private SmallDisk()
    {
    }

    public string Path => _folder.Path;

    public static SmallDisk Mount(int mebibytes)
    {
        SmallDisk disk = new();
        if (OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m"), "tmpfs", disk.Path))
        {
            return disk;
        }

        disk._folder.Dispose();
        Assert.Skip("Mounting a small tmpfs is not permitted here.");
        return disk;
    }

    public void MakeReadOnly() => Assert.True(Run("mount", "-o", "remount,ro", Path), "the small disk could not be made read-only");

    public void MakeWritable() => Assert.True(Run("mount", "-o", "remount,rw", Path), "the small disk could not be made writable");

    public IReadOnlyList<string> Files() => _folder.Files();

    public void Dispose()
    {
        Run("umount", "-l", Path);
        _folder.Dispose();
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
