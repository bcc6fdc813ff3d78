using System.Text;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>A request cannot be read or answered. The message is meant for the caller.</summary>
internal sealed class InferenceWireException : Exception
{
    private const int ShownCharacters = 128;

    public InferenceWireException(int status, string message)
        : base(message) => Status = status;

    /// <summary>400, 413, 415 or 501.</summary>
    public int Status { get; }

    public static InferenceWireException Bad(string message) => new(StatusCodes.Status400BadRequest, message);

    public static InferenceWireException Unsupported(string message) => new(StatusCodes.Status501NotImplemented, message);

    public static InferenceWireException BodyTooLarge(int limit) =>
        new(StatusCodes.Status413PayloadTooLarge, $"The body has more than {limit} bytes (counted after decompression); send the rows in several requests.");

    /// <summary>A text of the caller, short and without control characters.</summary>
    public static string Show(ReadOnlySpan<byte> utf8)
    {
        bool isCut = utf8.Length > ShownCharacters;
        string text = Encoding.UTF8.GetString(isCut ? utf8[..ShownCharacters] : utf8);
        return string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) + (isCut ? "..." : string.Empty);
    }

    /// <inheritdoc cref="Show(ReadOnlySpan{byte})"/>
    public static string Show(string text)
    {
        bool isCut = text.Length > ShownCharacters;
        return string.Concat((isCut ? text[..ShownCharacters] : text).Select(c => char.IsControl(c) ? '?' : c)) + (isCut ? "..." : string.Empty);
    }
}
