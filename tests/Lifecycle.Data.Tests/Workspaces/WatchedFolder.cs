using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data.Tests;

/// <summary>A folder that writes down what is removed and what is flushed.</summary>
internal sealed class WatchedFolder(OpenFolder inner, List<string> log, string prefix = "") : OpenFolder(inner.Path)
{
    public override NativeStamp Look(string name) => inner.Look(name);

    public override OpenFolder? TryOpen(string name, out SourceKind found) =>
        inner.TryOpen(name, out found) is { } folder ? new WatchedFolder(folder, log, prefix + name + "/") : null;

    public override void Make(string name) => inner.Make(name);

    public override SafeFileHandle Create(string name, bool executable) => inner.Create(name, executable);

    public override SafeFileHandle? TryRead(string name) => inner.TryRead(name);

    public override bool Rename(string from, string to, bool replace) => inner.Rename(from, to, replace);

    public override void Remove(string name)
    {
        inner.Remove(name);
        log.Add($"remove {prefix}{name}");
    }

    public override void RemoveIfEmpty(string name)
    {
        inner.RemoveIfEmpty(name);
        if (inner.Look(name).Kind == SourceKind.Missing)
        {
            log.Add($"remove {prefix}{name}");
        }
    }

    public override void SetExecutable(string name, bool executable) => inner.SetExecutable(name, executable);

    public override void Flush()
    {
        inner.Flush();
        log.Add($"flush {prefix}");
    }

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
