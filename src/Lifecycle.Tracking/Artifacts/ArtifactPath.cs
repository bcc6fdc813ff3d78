using System.Text;

namespace Lifecycle.Tracking;

/// <summary>
/// The path of an artifact inside its run or of a file inside its model: <c>plots/roc.svg</c>. It is a key in a table, never the name of a file.
/// </summary>
/// <remarks>
/// At most 1,024 bytes of UTF-8, segments of 1 to 255 bytes. Refused: empty, a <c>.</c> or <c>..</c> segment, a leading or trailing <c>/</c>, <c>//</c>,
/// backslash, control characters, <c># ? ;</c>, a drive (<c>x:</c>), <c>%</c> followed by two hex digits, unpaired surrogates.
/// </remarks>
public readonly record struct ArtifactPath
{
    /// <summary>Most bytes of a path.</summary>
    public const int MaximumLength = 1024;

    private readonly string? _value;

    private ArtifactPath(string value) => _value = value;

    /// <summary>The path as text.</summary>
    public string Value => _value ?? throw new InvalidOperationException("An artifact path comes from ArtifactPath.Parse.");

    /// <summary>Checks a path that came from outside.</summary>
    /// <exception cref="InvalidArtifactPathException">It breaks the rule; the message says which part.</exception>
    public static ArtifactPath Parse(string? text) =>
        Broken(text) is { } why ? throw new InvalidArtifactPathException(text, why) : new ArtifactPath(text!);

    /// <summary>Checks a path without throwing.</summary>
    public static bool TryParse(string? text, out ArtifactPath path)
    {
        bool good = Broken(text) is null;
        path = good ? new ArtifactPath(text!) : default;
        return good;
    }

    /// <summary>The path as text.</summary>
    public override string ToString() => _value ?? "";

    private static string? Broken(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "it is empty";
        }

        if (text.Length > MaximumLength || Encoding.UTF8.GetByteCount(text) > MaximumLength)
        {
            return $"it is longer than {MaximumLength} bytes";
        }

        if (text.Length > 1 && text[1] == ':' && char.IsAsciiLetter(text[0]))
        {
            return "it begins with a drive";
        }

        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsControl(c) || c is '\\' or '#' or '?' or ';')
            {
                return $"it holds the character U+{(int)c:X4} at position {i}";
            }

            if (c == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                return $"it holds the escape '{text.AsSpan(i, 3)}' at position {i}";
            }

            if (char.IsSurrogate(c) && !(char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[++i])))
            {
                return $"it holds an unpaired surrogate at position {i}";
            }
        }

        foreach (Range range in text.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> segment = text.AsSpan()[range];
            if (segment.IsEmpty)
            {
                return "it begins or ends with '/' or holds '//'";
            }

            if (segment is "." or "..")
            {
                return $"it holds the segment '{segment}'";
            }

            if (Encoding.UTF8.GetByteCount(segment) > 255)
            {
                return "a segment is longer than 255 bytes";
            }
        }

        return null;
    }
}

/// <summary>A path does not keep the rule of <see cref="ArtifactPath"/>.</summary>
public sealed class InvalidArtifactPathException : LifecycleException
{
    internal InvalidArtifactPathException(string? path, string why)
        : base($"Invalid path '{Show(path)}': {why}. Use relative segments joined by '/', for example 'plots/roc.svg'.")
    {
    }

    private static string Show(string? path) => path is null ? "(null)" : string.Concat(path.Take(80).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
