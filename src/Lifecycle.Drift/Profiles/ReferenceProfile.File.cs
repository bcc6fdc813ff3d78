namespace Lifecycle.Drift;

public sealed partial class ReferenceProfile
{
    /// <summary>The profile as the bytes of a <c>.ldp</c> file; the same rows give the same bytes.</summary>
    public byte[] ToBytes() => [.. _bytes.Value];

    /// <summary>Reads a profile from the bytes of a <c>.ldp</c> file.</summary>
    /// <exception cref="ProfileFormatException">The bytes are not a profile; the message says where and what to do.</exception>
    public static ReferenceProfile Parse(ReadOnlySpan<byte> file) => ProfileReader.Read(file);

    /// <summary>The schema that <see cref="ToJson"/> writes.</summary>
    public const string JsonSchema = "lifecycle.drift-profile/1";

    /// <summary>The profile as JSON of the schema <c>lifecycle.drift-profile/1</c>: all that the file holds, numbers in shortest round-trip form.</summary>
    public string ToJson() => System.Text.Encoding.UTF8.GetString(ProfileJson.Write(this));

    /// <summary>Reads a profile from its JSON; its <see cref="Digest"/> is that of the file it came from.</summary>
    /// <param name="json">What <see cref="ToJson"/> gave.</param>
    /// <exception cref="ProfileFormatException">The text is not a profile; the message says what and where.</exception>
    public static ReferenceProfile FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return ProfileJson.Read(System.Text.Encoding.UTF8.GetBytes(json));
    }

    /// <summary>Writes the profile to a file, whole or not at all.</summary>
    /// <param name="path">For example <c>mortgage.ldp</c>; an existing file is replaced.</param>
    /// <param name="cancellationToken">Cancelling leaves the old file.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public async ValueTask SaveAsync(string path, CancellationToken cancellationToken = default) =>
        await WholeFile.SaveAsync(path, () => _bytes.Value, cancellationToken).ConfigureAwait(false);

    /// <summary>Reads a profile from a file.</summary>
    /// <exception cref="ProfileFormatException">The file is not a profile; the message says where and what to do.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static async ValueTask<ReferenceProfile> LoadAsync(string path, CancellationToken cancellationToken = default)
    {
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, useAsync: true);
        await using (stream.ConfigureAwait(false))
        {
            return await ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        }
    }

    internal static async ValueTask<ReferenceProfile> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (stream.Length > ProfileReader.MostBytes)
        {
            throw new ProfileFormatException(0, "length", $"it has {stream.Length} bytes; a profile has at most {ProfileReader.MostBytes}");
        }

        byte[] bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return Parse(bytes);
    }
}
