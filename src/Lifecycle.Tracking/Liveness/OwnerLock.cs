namespace Lifecycle.Tracking;

/// <summary>
/// A lock of the operating system on <c>&lt;run&gt;.lock</c>. Every process that logs to the run shares it; the system frees it when the process dies. Whoever
/// obtains it alone knows that all owners are dead.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private const int Attempts = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly string _file;
    private readonly FileStream _stream;
    private readonly bool _alone;

    private OwnerLock(string file, FileStream stream, bool alone)
    {
        _file = file;
        _stream = stream;
        _alone = alone;
    }

    /// <summary>Takes the lock of a run that begins. The file gets its name only once it is locked.</summary>
    public static OwnerLock Take(string folder, string run)
    {
        string file = Path.Combine(folder, JournalFiles.Lock(run));
        if (OperatingSystem.IsWindows())
        {
            // making and locking are one act there, and an open file cannot be renamed
            return Marked(file, new FileStream(file, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite, 1));
        }

        string temporary = AtomicFile.TemporaryName(folder);
        FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite, 1);
        try
        {
            OwnerLock owner = Marked(file, stream);
            File.Move(temporary, file, overwrite: false);
            return owner;
        }
        catch
        {
            stream.Dispose();
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Shares the lock of a run that other processes may log to.</summary>
    /// <exception cref="IOException">Another process is just taking the run over and does not come to an end.</exception>
    public static async ValueTask<OwnerLock> JoinAsync(string folder, string run, CancellationToken cancellationToken)
    {
        string file = Path.Combine(folder, JournalFiles.Lock(run));
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                FileStream stream = new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, 1);
                OwnerLock owner = stream.Length == 0 ? Marked(file, stream) : new OwnerLock(file, stream, alone: false);
                if (owner.IsStillNamed())
                {
                    return owner;
                }

                stream.Dispose();
            }
            catch (IOException) when (attempt < Attempts)
            {
                // somebody holds it alone for the moment
            }

            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the lock of a run whose owners are dead; null while one lives.</summary>
    public static OwnerLock? TryInherit(string folder, string run)
    {
        string file = Path.Combine(folder, JournalFiles.Lock(run));
        try
        {
            return new OwnerLock(file, new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1), alone: true);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Frees the lock and removes the file, unless another owner lives.</summary>
    public void Remove()
    {
        if (_alone && !OperatingSystem.IsWindows())
        {
            File.Delete(_file);
            _stream.Dispose();
            return;
        }

        _stream.Dispose();
        try
        {
            using FileStream alone = new(_file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            // another owner lives and removes it, or it is gone
        }
    }

    /// <summary>Frees the lock and leaves the file: whoever comes next takes care of what is left.</summary>
    public void Dispose() => _stream.Dispose();

    // The mark tells this file from one of the same name made after this one was removed.
    private static OwnerLock Marked(string file, FileStream stream)
    {
        stream.Write(LifecycleId.New(TimeProvider.System).ToByteArray());
        stream.Flush();
        return new OwnerLock(file, stream, alone: false);
    }

    private bool IsStillNamed()
    {
        try
        {
            using FileStream named = new(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            return Mark(named).SequenceEqual(Mark(_stream));
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static byte[] Mark(FileStream stream)
    {
        byte[] mark = new byte[16];
        RandomAccess.Read(stream.SafeFileHandle, mark, 0);
        return mark;
    }
}
