using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>What a name in a source folder stands for.</summary>
internal enum SourceKind
{
    Missing,
    File,
    Folder,
    Link,
    Other,
}

/// <summary>A file of a source, looked at and opened without following a link in its last segment, and for reading only.</summary>
internal static class SourceFile
{
    /// <summary>What stands at the path itself, a link not followed.</summary>
    public static SourceKind KindOf(string path) => Look(path).Kind;

    /// <summary>What stands at the path itself, with its stamp.</summary>
    public static NativeStamp LookAt(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            return NativeSource.TryLook(path, out NativeStamp stamp) ? stamp : default;
        }

        (SourceKind kind, bool executable) = Look(path);
        return new NativeStamp(kind, executable, kind == SourceKind.File ? FileStamp.Of(path) : default);
    }

    /// <summary>What stands at the path itself and whether its owner may execute it.</summary>
    public static (SourceKind Kind, bool IsExecutable) Look(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            return NativeSource.TryLook(path, out NativeStamp stamp) ? (stamp.Kind, stamp.IsExecutable) : (SourceKind.Missing, false);
        }

        FileInfo file = new(path);
        if (!file.Exists && !Directory.Exists(path) && file.LinkTarget is null)
        {
            return (SourceKind.Missing, false);
        }

        SourceKind kind = file.Attributes.HasFlag(FileAttributes.ReparsePoint) ? SourceKind.Link
            : file.Attributes.HasFlag(FileAttributes.Directory) ? SourceKind.Folder
            : file.Attributes.HasFlag(FileAttributes.Device) ? SourceKind.Other
            : SourceKind.File;
        return (kind, !OperatingSystem.IsWindows() && kind == SourceKind.File && file.UnixFileMode.HasFlag(UnixFileMode.UserExecute));
    }

    /// <summary>Opens the file; the stamp is that of the very file that is open.</summary>
    /// <exception cref="SourceRefusedException">It is not a plain file, or may not be read.</exception>
    public static (FileStream Content, FileStamp Stamp) Open(string path)
    {
        (SafeFileHandle handle, FileStamp stamp) = OpenHandle(path);
        return (new FileStream(handle, FileAccess.Read, bufferSize: 0), stamp);
    }

    /// <inheritdoc cref="Open"/>
    public static (SafeFileHandle Handle, FileStamp Stamp) OpenHandle(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            (SafeFileHandle handle, NativeStamp stamp) = NativeSource.Open(path);
            return (handle, stamp.Stamp);
        }

        try
        {
            return KindOf(path) == SourceKind.File
                ? (File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan), FileStamp.Of(path))
                : throw new SourceRefusedException(path, "it is not a plain file.");
        }
        catch (UnauthorizedAccessException e)
        {
            throw new SourceRefusedException(path, "this process may not read it (" + e.Message + ").");
        }
    }

    /// <summary>The stamp of the path itself; default when nothing is there any more.</summary>
    public static FileStamp StampOf(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            return NativeSource.TryLook(path, out NativeStamp stamp) ? stamp.Stamp : default;
        }

        return File.Exists(path) ? FileStamp.Of(path) : default;
    }
}
