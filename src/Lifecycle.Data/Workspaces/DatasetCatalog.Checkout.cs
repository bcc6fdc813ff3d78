using System.Diagnostics;
using System.Text.Json;

namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    internal async ValueTask<CheckoutReport> CheckoutAsync(
        DatasetVersion version, string folder, CheckoutOptions options, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using Activity? activity = DataTelemetry.Start("dataset checkout", version.Name);
        long started = Stopwatch.GetTimestamp();
        try
        {
            await ReadyAsync(cancellationToken).ConfigureAwait(false);
            IReadOnlyList<DatasetFile> files = await version.ListFilesAsync(cancellationToken).ConfigureAwait(false);
            return await CheckoutAsync(version, Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), files, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new DatasetException($"{version} could not be written to '{folder}': {e.Message} Make room or choose a folder that this process may write to.", e);
            }

            throw;
        }
        finally
        {
            DataTelemetry.CheckoutDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
    }

    private async ValueTask<CheckoutReport> CheckoutAsync(
        DatasetVersion version, string folder, IReadOnlyList<DatasetFile> files, CheckoutOptions options, CancellationToken cancellationToken)
    {
        List<string> paths = [.. files.Select(f => f.Path)];
        bool portable = options.PortableNames || OperatingSystem.IsWindows();
        PathGuard.Require(paths, portable, foldCase: false);
        if (File.Exists(folder) || Path.GetDirectoryName(folder) is null)
        {
            throw new WorkspaceModifiedException(folder, [folder], canOverwrite: false);
        }

        bool exists = Directory.Exists(folder);
        string parent = Path.GetDirectoryName(folder)!;
        string probed = exists ? folder : ExistingFolder(parent);
        TreePlacer placer = new(Blobs, options);
        if (!exists || !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            PathGuard.Require(paths, portable, FolderTraits.FoldsNames(probed));
            await placer.BuildAsync(folder, files, cancellationToken).ConfigureAwait(false);
            return new CheckoutReport(folder, placer.Written, 0, [], placer.Linked, placer.Bytes);
        }

        PathGuard.Require(paths, portable, FolderTraits.FoldsNames(probed));
        FolderState state = await FolderState.LookAsync(folder, files, cancellationToken).ConfigureAwait(false);
        if (state.Linked.Count > 0)
        {
            throw new UnsafePathException(state.Linked);
        }

        if (state.Blocked.Count > 0)
        {
            throw new WorkspaceModifiedException(folder, state.Blocked, canOverwrite: false);
        }

        string[] overwritten = [.. state.Different.Select(f => f.Path)];
        if (overwritten.Length > 0)
        {
            if (!options.Overwrite)
            {
                throw new WorkspaceModifiedException(folder, overwritten);
            }

            // told before it is done: bytes that are gone without a word would be worse than a word too many
            await AuditOverwriteAsync(version, folder, overwritten, cancellationToken).ConfigureAwait(false);
        }

        foreach (DatasetFile file in state.Missing.Concat(state.Different))
        {
            await placer.PlaceAsync(folder, file, cancellationToken).ConfigureAwait(false);
        }

        foreach (DatasetFile file in state.Equal)
        {
            if (file.IsExecutable)
            {
                TreePlacer.SetExecutable(Path.Combine(folder, file.Path), executable: true);
            }
        }

        AtomicFile.FlushFolder(folder);
        return new CheckoutReport(folder, placer.Written, state.Equal.Count, overwritten, placer.Linked, placer.Bytes);
    }

    private async ValueTask AuditOverwriteAsync(DatasetVersion version, string folder, string[] files, CancellationToken cancellationToken) =>
        await _database.WriteAsync(
            async (transaction, token) => await _audit.AppendAsync(
                transaction,
                new AuditRecord(
                    "dataset.overwrote", "dataset/" + version, null, JsonSerializer.Serialize(new OverwroteState(folder, files), DataJson.Default.OverwroteState)),
                token).ConfigureAwait(false),
            CommitDurability.Flushed,
            cancellationToken).ConfigureAwait(false);

    private static string ExistingFolder(string folder)
    {
        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        }

        return folder;
    }
}
