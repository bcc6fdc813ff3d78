using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>
/// A folder that is written to. Names are single segments: what lies below is reached segment by segment, and no link is followed on the way.
/// Where the system allows, the folder is held open, so that nobody can put a link in its place meanwhile.
/// </summary>
internal abstract class OpenFolder(string path) : IDisposable
{
    /// <summary>Where it lay when it was opened; for messages, and where the system knows nothing better.</summary>
    public string Path { get; } = path;

    /// <summary>Opens the folder that the user named; links on the way to it are the user's own.</summary>
    public static OpenFolder Open(string path) => OperatingSystem.IsLinux() ? LinuxFolder.Open(path) : new PortableFolder(path);

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>What stands under the name, a link not followed.</summary>
    public abstract NativeStamp Look(string name);

    /// <summary>The folder of that name, or null when what stands there is no folder.</summary>
    public abstract OpenFolder? TryOpen(string name, out SourceKind found);

    /// <summary>Makes a folder; one that is there is good too.</summary>
    public abstract void Make(string name);

    /// <summary>Makes a file for writing; a name that is taken is an error.</summary>
    public abstract SafeFileHandle Create(string name, bool executable);

    /// <summary>Opens a plain file for reading; null when it is none.</summary>
    public abstract SafeFileHandle? TryRead(string name);

    /// <summary>Renames within the folder. Without <paramref name="replace"/> a name that is taken gives false.</summary>
    public abstract bool Rename(string from, string to, bool replace);

    /// <summary>Removes a file or a link; nothing there is good too.</summary>
    public abstract void Remove(string name);

    /// <summary>Removes a folder if it is empty.</summary>
    public abstract void RemoveIfEmpty(string name);

    /// <summary>Sets or clears the execute bits of a file.</summary>
    public abstract void SetExecutable(string name, bool executable);

    /// <summary>Makes the names of the folder durable.</summary>
    public virtual void Flush() => AtomicFile.FlushFolder(Path);

    /// <summary>Whether one call makes everything of the folder's file system durable and reports what could not be written.</summary>
    public virtual bool CanFlushFileSystem => false;

    /// <summary>Makes everything of the folder's file system durable.</summary>
    public virtual void FlushFileSystem() => throw new PlatformNotSupportedException();

    /// <summary>Tells others that somebody works in the folder, for as long as it is open; false when somebody else does.</summary>
    public virtual bool TryLock() => true;

    /// <summary>A path for those who need one, that leads to this very folder whatever happens to its name.</summary>
    public virtual string LinkPathOf(string name) => PathOf(name);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>The mode of a file whose execute bits were set or cleared: whoever may read may execute.</summary>
    protected static UnixFileMode Executable(UnixFileMode mode, bool executable) => executable
        ? mode | UnixFileMode.UserExecute
            | (mode.HasFlag(UnixFileMode.GroupRead) ? UnixFileMode.GroupExecute : 0)
            | (mode.HasFlag(UnixFileMode.OtherRead) ? UnixFileMode.OtherExecute : 0)
        : mode & ~(UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
}
