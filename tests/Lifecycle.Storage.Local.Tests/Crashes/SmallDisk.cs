using System.Diagnostics;
using System.Globalization;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>A file system of a few mebibytes in memory. Mounting one needs Linux and rights; without them a test skips, saying so.</summary>
public sealed class SmallDisk : IDisposable
{
    public const int Page = 4096;

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

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Leaves room for so many pages and no more. It is written until there is no room, then cut: what the system says is free is not always what can be had.</summary>
    public void Leave(int freePages)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle ballast = File.OpenHandle(Ballast, FileMode.Create, FileAccess.Write);
        byte[] pages = new byte[64 * Page];
        long length = 0;
        try
        {
            for (; ; length += pages.Length)
            {
                RandomAccess.Write(ballast, pages, length);
            }
        }
        catch (IOException)
        {
            length = RandomAccess.GetLength(ballast);
            RandomAccess.SetLength(ballast, Math.Max(0, (length / Page) - freePages) * Page);
        }
    }

    /// <summary>Gives all room back.</summary>
    public void Free() => File.Delete(Ballast);

    /// <summary>Tries an act with room for one page more each time, until it is done: each write in turn is the one that fails.</summary>
    /// <param name="everyPage">Whether no page is left out; otherwise the more room there is, the more pages are passed over.</param>
    /// <param name="act">What needs room.</param>
    /// <param name="refused">What must hold when there was too little; there is room again.</param>
    /// <returns>How often there was too little.</returns>
    public async Task<int> GrowAsync(bool everyPage, Func<Task> act, Func<Task> refused)
    {
        int refusals = 0;
        for (int pages = 0; ; pages = Next(pages, everyPage))
        {
            Assert.InRange(pages, 0, 4000);
            Leave(pages);
            try
            {
                await act();
                Free();
                return refusals;
            }
            catch (LifecycleException error)
            {
                Free();
                AssertFull(error, Path);
            }

            refusals++;
            await refused();
        }
    }

    public static int Next(int pages, bool everyPage) => pages + (everyPage ? 1 : 1 + (pages / 8));

    /// <summary>The error names the disk, what was wanted of it and what is free.</summary>
    public static void AssertFull(Exception error, string folder)
    {
        Assert.Contains(folder, error.Message, StringComparison.Ordinal);
        Assert.Matches(@" is full: (\d+ bytes were|at least one block was) to be written, \d+ bytes are free\.", error.Message);
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
