using System.Globalization;
using System.Text;

namespace Lifecycle.Storage.Local;

/// <summary>The file <c>audit.head</c>: one line with the number of entries and the head, for example <c>12 sha256:...</c>.</summary>
internal static class AuditCheckpoint
{
    public const string FileName = "audit.head";

    public static byte[] Write(AuditHead head) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{head.Count} {head.Head}\n"));

    /// <summary>The head in the file, or null with the reason when it holds none.</summary>
    public static AuditHead? Parse(ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        return space > 0
            && long.TryParse(text.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            && Digest.TryParse(text.AsSpan(space + 1).TrimEnd('\n'), null, out Digest head)
            && Write(new AuditHead(count, head)).AsSpan().SequenceEqual(bytes)
                ? new AuditHead(count, head)
                : null;
    }

    /// <summary>The bytes of the file, or null when it is not there.</summary>
    public static byte[]? ReadFile(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
