namespace Lifecycle.Data.Parquet;

/// <summary>A stream that can seek: the one that was given, or its copy in a temporary file that is deleted on close.</summary>
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

        FileStream copy = new(
            Path.Combine(Path.GetTempPath(), "lifecycle-parquet-" + Path.GetRandomFileName()),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            });
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
}
