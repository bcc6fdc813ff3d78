namespace Lifecycle.Storage.Local;

/// <summary>Tells whether a folder lies on a disk of another machine, which the programs there may lock and cache as they like.</summary>
internal static class RemoteDisk
{
    // as Linux, macOS and Windows call them; those of FUSE are named behind a dot
    private static readonly string[] Formats =
        ["nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "smbclient", "9p", "v9fs", "afs", "afpfs", "ncpfs", "coda", "ceph", "lustre", "gpfs", "beegfs", "fhgfs", "panfs", "vmhgfs", "vmhgfs-fuse", "glusterfs", "gfs", "gfs2", "ocfs2", "davfs", "davfs2", "webdav", "sshfs", "s3fs", "rclone", "gcsfuse"];

    /// <summary>The name of the file system when it is a network's, else null. A folder that cannot be asked is taken for a local one.</summary>
    public static string? FormatOf(string folder)
    {
        if (folder.StartsWith(@"\\", StringComparison.Ordinal) && !folder.StartsWith(@"\\?\", StringComparison.Ordinal) && !folder.StartsWith(@"\\.\", StringComparison.Ordinal))
        {
            return "UNC";
        }

        try
        {
            DriveInfo drive = new(folder);
            string format = drive.DriveFormat;

            // elsewhere the type is a guess from the name, which takes local ones of FUSE for remote
            return IsRemote(format) || (OperatingSystem.IsWindows() && drive.DriveType == DriveType.Network) ? format : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Whether a file system of this name is a network's.</summary>
    public static bool IsRemote(string format)
    {
        string name = format.StartsWith("fuse.", StringComparison.OrdinalIgnoreCase) ? format["fuse.".Length..] : format;
        return Formats.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
