using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>An object on its way to another place: hashed while it is copied, and kept there only if it holds what its name says.</summary>
internal sealed class DvcCopy(string source, string oid, DvcObjectWriter writer, ConcurrentBag<string> damaged) : Md5LaneFile
{
    private Stream? _copy;

    public override long ExpectedLength { get; } = new FileInfo(source) is { Exists: true } file ? file.Length : 0;

    public override SafeFileHandle Open() => File.OpenHandle(source, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    public override void Piece(ReadOnlySpan<byte> bytes, bool isFirst, bool isLast)
    {
        if (isFirst && !isLast)
        {
            _copy = writer.Begin(ExpectedLength);
        }

        _copy?.Write(bytes);
    }

    public override void Done(Md5Hash md5, long length, ReadOnlySpan<byte> whole)
    {
        using Stream? copy = _copy;
        _copy = null;
        if (md5.Hex != oid)
        {
            damaged.Add($"'{source}' has {md5.Hex}");
        }
        else if (copy is null)
        {
            writer.Add(oid, DvcHashKind.Md5, whole);
        }
        else
        {
            writer.End(copy, oid, DvcHashKind.Md5);
        }
    }
}
