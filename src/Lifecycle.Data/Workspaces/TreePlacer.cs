namespace Lifecycle.Data;

/// <summary>Writes the files of a tree under a folder. Never through a link, never over something that nobody looked at.</summary>
internal sealed class TreePlacer(IBlobStore blobs, CheckoutOptions options)
{
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    public long Written { get; private set; }

    public long Linked { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Builds a folder that is not there beside its place and renames it once.</summary>
    public async ValueTask BuildAsync(string folder, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
    {
        string parent = Path.GetDirectoryName(folder)!;
        Directory.CreateDirectory(parent);
        string temporary = AtomicFile.TemporaryName(parent);
        try
        {
            Directory.CreateDirectory(temporary);
            foreach (DatasetFile file in files)
            {
                await PlaceAsync(temporary, file, cancellationToken).ConfigureAwait(false);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: false);
            }

            Directory.Move(temporary, folder);
            AtomicFile.FlushFolder(parent);
        }
        catch
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }

            throw;
        }
    }

    /// <summary>Writes one file under a temporary name and renames it over what is there.</summary>
    public async ValueTask PlaceAsync(string root, DatasetFile file, CancellationToken cancellationToken)
    {
        string path = Path.Combine(root, file.Path);
        MakeParents(root, file.Path);
        string temporary = AtomicFile.TemporaryName(Path.GetDirectoryName(path)!);
        try
        {
            // a hard link shares its mode with the store's own file, so an executable file is never one
            LinkKind link = file.IsExecutable && options.Link == LinkKind.Hardlink ? LinkKind.Copy : options.Link;
            LinkKind done = await blobs.PlaceAsync(file.Digest, temporary, link, cancellationToken).ConfigureAwait(false);
            if (done != LinkKind.Hardlink)
            {
                SetExecutable(temporary, file.IsExecutable);
            }

            File.Move(temporary, path, overwrite: true);
            Written++;
            Bytes += file.Length;
            Linked += done == LinkKind.Copy ? 0 : 1;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    public static void SetExecutable(string path, bool executable)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        UnixFileMode mode = File.GetUnixFileMode(path);
        UnixFileMode wanted = executable
            ? mode | UnixFileMode.UserExecute
                | (mode.HasFlag(UnixFileMode.GroupRead) ? UnixFileMode.GroupExecute : 0) | (mode.HasFlag(UnixFileMode.OtherRead) ? UnixFileMode.OtherExecute : 0)
            : mode & ~(UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        if (wanted != mode)
        {
            File.SetUnixFileMode(path, wanted);
        }
    }

    // Segment by segment, so that a link in the middle is met and not followed.
    private void MakeParents(string root, string path)
    {
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            string relative = path[..slash];
            string folder = Path.Combine(root, relative);
            switch (SourceFile.KindOf(folder))
            {
                case SourceKind.Folder:
                    break;
                case SourceKind.Missing when _made.Add(relative):
                    Directory.CreateDirectory(folder);
                    break;
                case SourceKind.Link:
                    throw new UnsafePathException([(path, $"would be written through the link '{relative}'")]);
                default:
                    throw new WorkspaceModifiedException(root, [relative], canOverwrite: false);
            }
        }
    }
}
