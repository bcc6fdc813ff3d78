using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>A folder by its path, for systems whose calls relative to a folder .NET does not reach. Every segment is looked at before it is entered.</summary>
internal sealed class PortableFolder(string path) : OpenFolder(path)
{
    public override NativeStamp Look(string name)
    {
        string full = PathOf(name);
        (SourceKind kind, bool executable) = SourceFile.Look(full);
        return new NativeStamp(kind, executable, kind == SourceKind.File ? FileStamp.Of(full) : default);
    }

    public override OpenFolder? TryOpen(string name, out SourceKind found)
    {
        found = SourceFile.KindOf(PathOf(name));
        return found == SourceKind.Folder ? new PortableFolder(PathOf(name)) : null;
    }

    public override void Make(string name) => Directory.CreateDirectory(PathOf(name));

    public override SafeFileHandle Create(string name, bool executable)
    {
        SafeFileHandle handle = File.OpenHandle(PathOf(name), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        if (executable && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(handle, Executable(File.GetUnixFileMode(handle), executable: true));
        }

        return handle;
    }

    public override SafeFileHandle? TryRead(string name) => SourceFile.KindOf(PathOf(name)) == SourceKind.File
        ? File.OpenHandle(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
        : null;

    public override bool Rename(string from, string to, bool replace)
    {
        if (!replace && SourceFile.KindOf(PathOf(to)) != SourceKind.Missing)
        {
            return false;
        }

        File.Move(PathOf(from), PathOf(to), replace);
        return true;
    }

    public override void Remove(string name) => File.Delete(PathOf(name));

    public override void RemoveIfEmpty(string name)
    {
        if (!Directory.EnumerateFileSystemEntries(PathOf(name)).Any())
        {
            Directory.Delete(PathOf(name));
        }
    }

    public override void SetExecutable(string name, bool executable)
    {
        if (!OperatingSystem.IsWindows())
        {
            UnixFileMode mode = File.GetUnixFileMode(PathOf(name));
            File.SetUnixFileMode(PathOf(name), Executable(mode, executable));
        }
    }
}
