using System.Runtime.InteropServices;

namespace Lifecycle.Data;

/// <summary>What a name stands for, and its stamp.</summary>
/// <param name="Kind">What stands there.</param>
/// <param name="IsExecutable">Whether its owner may execute it.</param>
/// <param name="Stamp">Length, times, inode, device.</param>
internal readonly record struct NativeStamp(SourceKind Kind, bool IsExecutable, FileStamp Stamp);

/// <summary><c>struct statx</c> of linux/stat.h, 256 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct Statx
{
    /// <summary><c>STATX_BASIC_STATS</c>.</summary>
    public const uint Basic = 0x7FF;

    [FieldOffset(28)]
    public ushort Mode;
    [FieldOffset(32)]
    public ulong Inode;
    [FieldOffset(40)]
    public ulong Size;
    [FieldOffset(96)]
    public long ChangedSeconds;
    [FieldOffset(104)]
    public uint ChangedFraction;
    [FieldOffset(112)]
    public long ModifiedSeconds;
    [FieldOffset(120)]
    public uint ModifiedFraction;
    [FieldOffset(136)]
    public uint DeviceMajor;
    [FieldOffset(140)]
    public uint DeviceMinor;

    public readonly NativeStamp ToStamp() => new(
        (Mode & 0xF000) switch
        {
            0x8000 => SourceKind.File,
            0x4000 => SourceKind.Folder,
            0xA000 => SourceKind.Link,
            _ => SourceKind.Other,
        },
        (Mode & 0x40) != 0,
        new FileStamp(
            (long)Size,
            (ModifiedSeconds * 1_000_000_000) + ModifiedFraction,
            (ChangedSeconds * 1_000_000_000) + ChangedFraction,
            Inode,
            ((ulong)DeviceMajor << 32) | DeviceMinor));
}
