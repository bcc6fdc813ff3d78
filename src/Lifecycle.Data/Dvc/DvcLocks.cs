using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>
/// The lock of a DVC repository: <c>.dvc/tmp/lock</c> held open alone, which excludes DVC and is excluded by it. The system frees it when a
/// process dies; no process number is ever compared for it. Inside one process callers queue.
/// </summary>
internal sealed class DvcLocks : IDisposable
{
    private const int MaximumRwLock = 4 << 20;

    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Queues = new(StringComparer.Ordinal);

    private readonly SemaphoreSlim _queue;
    private readonly FileStream _file;

    private DvcLocks(SemaphoreSlim queue, FileStream file)
    {
        _queue = queue;
        _file = file;
    }

    /// <summary>Takes the lock.</summary>
    /// <param name="repository">The folder of the repository.</param>
    /// <param name="paths">Full paths that will be changed; commands of DVC that are busy with them are in the way too.</param>
    /// <param name="timeout">How long to try.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async ValueTask<DvcLocks> TakeAsync(
        string repository, IReadOnlyList<string> paths, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        string temporary = Path.Combine(repository, ".dvc", "tmp");
        string path = Path.Combine(temporary, "lock");
        SemaphoreSlim queue = Queues.GetOrAdd(path, _ => new SemaphoreSlim(1, 1));
        long start = time.GetTimestamp();
        if (!await queue.WaitAsync(timeout, cancellationToken).ConfigureAwait(false))
        {
            throw new DvcRepositoryBusyException(repository, "another call of this process works on it", "Wait for it, or raise DvcOptions.LockTimeout.");
        }

        try
        {
            MakeFolder(temporary);
            FileStream file = await OpenAsync(repository, path, timeout - time.GetElapsedTime(start), time, cancellationToken).ConfigureAwait(false);
            try
            {
                RequireFree(repository, Path.Combine(temporary, "rwlock"), paths);
                Sign(file);
                return new DvcLocks(queue, file);
            }
            catch
            {
                await file.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch
        {
            queue.Release();
            throw;
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _queue.Release();
    }

    private static async ValueTask<FileStream> OpenAsync(string repository, string path, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        TimeSpan pause = TimeSpan.FromMilliseconds(2);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException e) when (IsHeld(e))
            {
                if (time.GetElapsedTime(start) >= timeout)
                {
                    throw new DvcRepositoryBusyException(repository, Holder(path), "Wait for it to end, or raise DvcOptions.LockTimeout.");
                }
            }

            catch (Exception e) when (DvcDisk.IsRefusal(e))
            {
                throw DvcDisk.Of(e, "lock", path, 0);
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            pause = pause < TimeSpan.FromMilliseconds(50) ? pause * 2 : pause;
        }
    }

    private static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            throw DvcDisk.Of(e, "lock", folder, 0);
        }
    }

    // Who holds the lock, for the messages of others.
    private static void Sign(FileStream file)
    {
        try
        {
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $" {Environment.ProcessId}\n")));
            file.Flush();
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            throw DvcDisk.Of(e, "lock", file.Name, 16);
        }
    }

    private static bool IsHeld(IOException error) => OperatingSystem.IsWindows() ? (uint)error.HResult is 0x80070020 or 0x80070021 : error.HResult is 11 or 35;

    private static string Holder(string path)
    {
        try
        {
            // not by File: that would ask for a lock of its own
            using SafeFileHandle file = SourceFile.OpenHandle(path).Handle;
            byte[] bytes = new byte[32];
            int read = RandomAccess.Read(file, bytes, 0);
            string pid = Encoding.ASCII.GetString(bytes, 0, read).Trim();
            return pid.Length > 0 && pid.All(char.IsAsciiDigit) ? $"process {pid} ({Command(pid)}) holds '{path}'" : $"another process holds '{path}'";
        }
        catch (Exception e) when (e is IOException or SourceRefusedException)
        {
            return $"another process holds '{path}'";
        }
    }

    private static string Command(string pid)
    {
        try
        {
            using Process process = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture));
            return process.ProcessName;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or OverflowException)
        {
            return "not seen from here, perhaps in another container";
        }
    }

    // DVC notes the paths it works on; an entry counts while its process lives, as DVC itself decides it.
    private static void RequireFree(string repository, string file, IReadOnlyList<string> paths)
    {
        try
        {
            byte[] bytes = new FileInfo(file).Length <= MaximumRwLock ? File.ReadAllBytes(file) : throw new JsonException("It is too big.");
            if (bytes.Length == 0)
            {
                return;
            }

            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8 });
            foreach (string mode in new[] { "write", "read" })
            {
                if (document.RootElement.TryGetProperty(mode, out JsonElement entries))
                {
                    foreach (JsonProperty entry in entries.EnumerateObject().Where(e => paths.Any(p => Overlaps(p, e.Name))))
                    {
                        IEnumerable<JsonElement> holders = entry.Value.ValueKind == JsonValueKind.Array ? entry.Value.EnumerateArray() : [entry.Value];
                        foreach (JsonElement holder in holders)
                        {
                            int pid = holder.GetProperty("pid").GetInt32();
                            if (IsAlive(pid))
                            {
                                throw new DvcRepositoryBusyException(
                                    repository, $"'{holder.GetProperty("cmd").GetString()}' (process {pid}) works on '{entry.Name}'",
                                    $"Wait for it to end. If there is no such process, remove '{file}'.");
                            }
                        }
                    }
                }
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return; // nobody is busy, or no longer
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            throw DvcDisk.Unread(e, "lock", file);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new DvcRepositoryBusyException(repository, $"'{file}' cannot be read, so it is not known who works on what", "Remove that file if no command of DVC runs.");
        }
    }

    private static bool Overlaps(string one, string other) =>
        one == other || one.StartsWith(other.TrimEnd('/') + "/", StringComparison.Ordinal) || other.StartsWith(one.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static bool IsAlive(int pid)
    {
        if (OperatingSystem.IsLinux())
        {
            return Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}"));
        }

        try
        {
            using Process process = Process.GetProcessById(pid);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
