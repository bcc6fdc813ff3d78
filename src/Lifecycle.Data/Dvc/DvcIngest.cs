using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>
/// A file that becomes an object: hashed and copied in one reading, so that hash and copy cannot disagree. Read again when it changed meanwhile.
/// </summary>
internal sealed class DvcIngest(DvcWorkFile file, DvcObjectWriter writer, CancellationToken cancellationToken) : Md5LaneFile
{
    private const int Attempts = 3;

    private FileStamp _before;
    private Stream? _copy;
    private int _attempts;

    public DvcWorkFile File => file;

    public Md5Hash Hash { get; private set; }

    /// <summary>The stamp that the bytes belong to.</summary>
    public FileStamp Stamp => _before;

    public override long ExpectedLength => file.Stamp.Length;

    public override SafeFileHandle Open()
    {
        (SafeFileHandle handle, _before) = SourceFile.OpenHandle(file.FullPath!);
        return handle;
    }

    public override void Piece(ReadOnlySpan<byte> bytes, bool isFirst, bool isLast)
    {
        if (isFirst && !isLast)
        {
            _copy = writer.Begin(_before.Length);
        }

        _copy?.Write(bytes);
    }

    public override void Done(Md5Hash md5, long length, ReadOnlySpan<byte> whole)
    {
        using Stream? copy = _copy;
        _copy = null;
        IsWantedAgain = false;
        if (length != _before.Length || SourceFile.StampOf(file.FullPath!) != _before)
        {
            IsWantedAgain = ++_attempts < Attempts ? true : throw new DatasetChangedDuringCommitException(file.FullPath!);
            return;
        }

        Hash = md5;
        if (writer.Has(md5.Hex, DvcHashKind.Md5, length, cancellationToken))
        {
            return;
        }

        if (copy is null)
        {
            writer.Add(md5.Hex, DvcHashKind.Md5, whole);
        }
        else
        {
            writer.End(copy, md5.Hex, DvcHashKind.Md5);
        }
    }
}
