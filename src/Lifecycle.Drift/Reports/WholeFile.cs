using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>A file that is written whole or not at all.</summary>
internal static class WholeFile
{
    public static async ValueTask SaveAsync(string path, Func<byte[]> content, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is not null && !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException(
                $"'{Path.GetFileName(path)}' cannot be saved: the folder '{folder}' does not exist. Make it first, for example with Directory.CreateDirectory, or save elsewhere.");
        }

        await AtomicFile.WriteAsync(path, Made(content, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private static byte[] Made(Func<byte[]> content, CancellationToken cancellationToken)
    {
        using Interruption.Scope scope = Interruption.Within(cancellationToken);
        return content();
    }
}
