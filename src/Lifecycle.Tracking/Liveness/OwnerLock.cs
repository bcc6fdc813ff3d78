namespace Lifecycle.Tracking;

/// <summary>
/// An exclusive lock of the operating system on <c>&lt;run&gt;.lock</c>. The system frees it when the process dies: whoever obtains it knows that the owner is dead.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly string _file;
    private readonly FileStream _stream;

    private OwnerLock(string file, FileStream stream)
    {
        _file = file;
        _stream = stream;
    }

    /// <summary>Takes the lock of a run that begins. The file gets its name only once it is locked.</summary>
    public static OwnerLock Take(string folder, string run)
    {
        string file = Path.Combine(folder, JournalFiles.Lock(run));
        if (OperatingSystem.IsWindows())
        {
            // making and locking are one act there, and an open file cannot be renamed
            return new OwnerLock(file, new FileStream(file, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1));
        }

        string temporary = AtomicFile.TemporaryName(folder);
        FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1);
        try
        {
            File.Move(temporary, file, overwrite: false);
            return new OwnerLock(file, stream);
        }
        catch
        {
            stream.Dispose();
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Takes the lock of a run whose owner is dead; null while it lives.</summary>
    public static OwnerLock? TryInherit(string folder, string run)
    {
        string file = Path.Combine(folder, JournalFiles.Lock(run));
        try
        {
            return new OwnerLock(file, new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Removes the file, then frees the lock: nobody can obtain it in between.</summary>
    public void Remove()
    {
        if (OperatingSystem.IsWindows())
        {
            _stream.Dispose();
        }

        File.Delete(_file);
        _stream.Dispose();
    }

    /// <summary>Frees the lock and leaves the file: whoever comes next takes care of what is left.</summary>
    public void Dispose() => _stream.Dispose();
}
