using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>A file on its way through the lanes: opened, handed over piece by piece, ended with its MD5. Used by one thread at a time.</summary>
internal abstract class Md5LaneFile
{
    /// <summary>About how long the file is; only decides in which order and how files are read.</summary>
    public abstract long ExpectedLength { get; }

    /// <summary>Whether the file has to be read once more; looked at after <see cref="Done"/>.</summary>
    public bool IsWantedAgain { get; protected set; }

    /// <summary>Opens the file; it is read from its beginning.</summary>
    public abstract SafeFileHandle Open();

    /// <summary>The next bytes of the file, before they are hashed.</summary>
    /// <param name="bytes">The bytes; gone after the call.</param>
    /// <param name="isFirst">Whether the file begins here.</param>
    /// <param name="isLast">Whether nothing comes behind them.</param>
    public virtual void Piece(ReadOnlySpan<byte> bytes, bool isFirst, bool isLast)
    {
    }

    /// <summary>The whole file was read and closed.</summary>
    /// <param name="md5">Its hash.</param>
    /// <param name="length">Its length.</param>
    /// <param name="whole">All its bytes when they came in one piece; gone after the call.</param>
    public abstract void Done(Md5Hash md5, long length, ReadOnlySpan<byte> whole);
}
