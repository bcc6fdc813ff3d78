namespace Lifecycle.Data.Parquet;

/// <summary>A stream that can seek: the one that was given, or its copy in a temporary file that only this user can read. On Unix that has
/// no name any more, so that nothing is left when the process dies; on Windows it is deleted on close.</summary>
internal sealed class SpooledFile : IAsyncDisposable
{
    private readonly bool _own;

    private SpooledFile(Stream content, bool own)
    {
        Content = content;
        _own = own;
    }

    public Stream Content { get; }

    public static async ValueTask<SpooledFile> OfAsync(Stream content, CancellationToken cancellationToken)
    {
        if (content.CanSeek)
        {
            return new SpooledFile(content, own: false);
        }

        FileStream copy = Create();
        try
        {
            await content.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
            return new SpooledFile(copy, own: true);
        }
        catch
        {
            await copy.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => _own ? Content.DisposeAsync() : ValueTask.CompletedTask;

    private static FileStream Create()
    {
        string path = Path.Combine(Path.GetTempPath(), "lifecycle-parquet-" + Path.GetRandomFileName());
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous,
        };
        if (OperatingSystem.IsWindows())
        {
            options.Options |= FileOptions.DeleteOnClose;
            return new FileStream(path, options);
        }

        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FileStream copy = new(path, options);
        File.Delete(path);
        return copy;
    }
}
