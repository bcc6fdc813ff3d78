namespace Lifecycle.Data.Parquet;

/// <summary>An open file whose footer was read and found to be consistent.</summary>
internal sealed record ParquetFile(Stream Content, ParquetFooter Footer, ParquetColumns Columns, long FooterAt)
{
    /// <exception cref="ParquetFaultException">The bytes are not a Parquet file that can be read.</exception>
    public static async ValueTask<ParquetFile> OpenAsync(Stream content, CancellationToken cancellationToken)
    {
        long length = content.Length;
        byte[] head = await ReadAsync(content, 0, (int)Math.Min(length, ParquetLimits.Magic), cancellationToken).ConfigureAwait(false);
        FooterBytes.CheckHead(head);
        int end = (int)Math.Min(length, ParquetLimits.Trailer);
        byte[] trailer = await ReadAsync(content, length - end, end, cancellationToken).ConfigureAwait(false);
        int bytes = FooterBytes.LengthOf(trailer, length);
        long at = length - ParquetLimits.Trailer - bytes;
        byte[] buffer = await ReadAsync(content, at, bytes, cancellationToken).ConfigureAwait(false);
        ParquetFooter footer = new FooterReader(buffer, at).Read();
        return new ParquetFile(content, footer, new ParquetColumns(footer, at), at);
    }

    public static async ValueTask<byte[]> ReadAsync(Stream content, long at, int count, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[count];
        content.Position = at;
        int read = await content.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return read == count ? bytes : throw new ParquetFaultException(TableProblemKind.Damaged, $"{count} bytes are expected here and the file ends after {read}", at);
    }
}
