using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>Reads a whole body into pooled memory under one limit, whether it is compressed or not.</summary>
internal static class BodyReader
{
    // A claimed length is only believed so far: memory follows what really comes.
    private const int BelievedLength = 64 * 1024;

    /// <summary>Refuses the content types that a browser's form can send and no client of a model does.</summary>
    /// <exception cref="InferenceWireException">415.</exception>
    public static void CheckContentType(string? contentType)
    {
        if (contentType is null)
        {
            return;
        }

        ReadOnlySpan<char> type = contentType.AsSpan();
        int end = type.IndexOf(';');
        type = (end < 0 ? type : type[..end]).Trim();
        if (type.Equals("text/html", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            throw new InferenceWireException(
                StatusCodes.Status415UnsupportedMediaType,
                $"A body of the content type '{InferenceWireException.Show(type.ToString())}' is not read; send the header Content-Type: application/json, or application/octet-stream with binary tensors.");
        }
    }

    /// <summary>Reads to the end of the body.</summary>
    /// <param name="body">Where the bytes come from.</param>
    /// <param name="contentEncoding">The header <c>Content-Encoding</c>: nothing, <c>identity</c>, <c>gzip</c>, <c>deflate</c> or <c>br</c>.</param>
    /// <param name="contentLength">The header <c>Content-Length</c>, if it was sent.</param>
    /// <param name="limit">Most bytes, sent and decompressed.</param>
    /// <param name="into">Takes the bytes; what it held is forgotten.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="InferenceWireException">413 over the limit, 415 for another encoding, 400 when the body cannot be decompressed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask ReadAsync(
        PipeReader body,
        string? contentEncoding,
        long? contentLength,
        int limit,
        PooledBytes into,
        CancellationToken cancellationToken)
    {
        into.Clear();
        BodyEncoding encoding = EncodingOf(contentEncoding);
        if (contentLength > limit)
        {
            throw InferenceWireException.BodyTooLarge(limit);
        }

        into.Reserve((int)Math.Min(contentLength ?? 0, BelievedLength));
        if (encoding == BodyEncoding.None)
        {
            await CopyAsync(body, limit, into, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // The compressed bytes have the same limit: a stream of empty blocks has no end and gives nothing.
            using PooledBytes sent = new();
            await CopyAsync(body, limit, sent, cancellationToken).ConfigureAwait(false);
            CompressedBody.Inflate(sent.Memory, encoding, limit, into);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask CopyAsync(PipeReader body, int limit, PooledBytes into, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> bytes = read.Buffer;
            bool isTooLarge = bytes.Length > limit - into.Length;
            if (!isTooLarge)
            {
                foreach (ReadOnlyMemory<byte> part in bytes)
                {
                    into.Write(part.Span);
                }
            }

            body.AdvanceTo(bytes.End);
            if (isTooLarge)
            {
                throw InferenceWireException.BodyTooLarge(limit);
            }

            if (read.IsCompleted)
            {
                return;
            }

            if (read.IsCanceled)
            {
                throw new OperationCanceledException("Reading the body was stopped.", cancellationToken);
            }
        }
    }

    private static BodyEncoding EncodingOf(string? contentEncoding)
    {
        ReadOnlySpan<char> name = contentEncoding.AsSpan().Trim();
        return name.IsEmpty || name.Equals("identity", StringComparison.OrdinalIgnoreCase) ? BodyEncoding.None
            : name.Equals("gzip", StringComparison.OrdinalIgnoreCase) || name.Equals("x-gzip", StringComparison.OrdinalIgnoreCase) ? BodyEncoding.Gzip
            : name.Equals("deflate", StringComparison.OrdinalIgnoreCase) ? BodyEncoding.Deflate
            : name.Equals("br", StringComparison.OrdinalIgnoreCase) ? BodyEncoding.Brotli
            : throw new InferenceWireException(
                StatusCodes.Status415UnsupportedMediaType,
                $"The Content-Encoding '{InferenceWireException.Show(contentEncoding!)}' is not read; send one of gzip, deflate, br, or none.");
    }
}
