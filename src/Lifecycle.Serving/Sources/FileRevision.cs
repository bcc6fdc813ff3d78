using System.Globalization;
using System.Text;

namespace Lifecycle.Serving;

/// <summary>
/// Makes a revision of what a look saw. It holds no bytes: they are read when the version is loaded, and must then still be those of the look.
/// </summary>
internal static class FileRevision
{
    private const int VersionDigits = 12;
    private const int SumBytes = 64;
    private const int MaximumSum = 1 << 16;

    /// <summary>The revision of a look whose digests are complete.</summary>
    /// <param name="look">The look.</param>
    /// <param name="version">Null makes the first 12 digits of the model's digest the version.</param>
    /// <param name="requireDigest">Whether a model without a sum is rejected.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The revision, and whether it is known that it must be rejected; null when a sum changed since the look.</returns>
    public static async ValueTask<(ModelRevision Revision, bool IsRefused)?> OfAsync(
        VersionLook look, string? version, bool requireDigest, CancellationToken cancellationToken)
    {
        string? refusal = look.Refusal;
        Dictionary<string, Digest> sums = new(StringComparer.Ordinal);
        if (refusal is null)
        {
            foreach (FileLook sum in look.Files.Where(f => f.Role == FileRole.Sum))
            {
                byte[]? line = sum.Stamp.Length > MaximumSum ? [] : await TryReadAsync(sum, cancellationToken).ConfigureAwait(false);
                if (line is null)
                {
                    return null;
                }

                if (Digest.TryParse(Encoding.ASCII.GetString(line.AsSpan(0, Math.Min(line.Length, SumBytes))), out Digest digest))
                {
                    sums.Add(sum.Path[..^".sha256".Length], digest);
                }
                else
                {
                    refusal = $"digest: '{sum.Place}' does not begin with 64 hex digits; write it with sha256sum";
                }
            }
        }

        FileLook[] parts = [.. look.Files.Where(f => f.Role != FileRole.Sum)];
        FileLook model = parts.FirstOrDefault(f => f.Role == FileRole.Model);
        if (refusal is null && requireDigest && !sums.ContainsKey(model.Path))
        {
            refusal = $"digest: '{model.Place}.sha256' is missing; write it with sha256sum";
        }

        string? flaw = Flaw(look, parts, sums, refusal);
        Digest identity = flaw is not null ? Digest.Of(Encoding.UTF8.GetBytes(flaw)) : parts.Length == 1 ? model.Digest!.Value : OfManifest(parts);
        version ??= (model.Digest ?? identity).Hex[..VersionDigits];
        ModelRevision revision = ModelRevision.FromFiles(version, identity, token => refusal is null
            ? ReadAsync(parts, sums, token)
            : throw new ModelRejectedException(refusal));
        return (revision, flaw is not null);
    }

    // What is rejected for its sum or its place is another thing than the same bytes with the right one: the host does not try the same thing twice.
    private static string? Flaw(VersionLook look, FileLook[] parts, Dictionary<string, Digest> sums, string? refusal)
    {
        if (refusal is not null)
        {
            return $"{refusal}\n{string.Join('\n', look.Files)}";
        }

        foreach (FileLook file in parts)
        {
            if (sums.TryGetValue(file.Path, out Digest expected) && expected != file.Digest)
            {
                return $"{file.Path} {expected} {file.Digest}";
            }
        }

        return null;
    }

    // The digest that the same files have in the registry.
    private static Digest OfManifest(FileLook[] parts)
    {
        StringBuilder lines = new();
        foreach (FileLook file in parts.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            lines.Append(CultureInfo.InvariantCulture, $"{file.Digest} {file.Stamp.Length} {file.Path}\n");
        }

        return Digest.Of(Encoding.UTF8.GetBytes(lines.ToString()));
    }

    private static async ValueTask<ModelContent> ReadAsync(FileLook[] parts, Dictionary<string, Digest> sums, CancellationToken cancellationToken)
    {
        List<ContentFile> files = new(parts.Length);
        foreach (FileLook part in parts)
        {
            byte[] bytes = await TryReadAsync(part, cancellationToken).ConfigureAwait(false)
                ?? throw new IOException($"'{part.Place}' changed since it was found; the next look finds what it is now.");
            files.Add(new ContentFile(part.Path, bytes, sums.TryGetValue(part.Path, out Digest expected) ? expected : null));
        }

        return new ModelContent(files);
    }

    /// <summary>The bytes that the look saw; null when others are there now.</summary>
    private static async ValueTask<byte[]?> TryReadAsync(FileLook look, CancellationToken cancellationToken)
    {
        if (look.Stamp.Length == 0)
        {
            return [];
        }

        try
        {
            byte[] bytes = GC.AllocateUninitializedArray<byte>(checked((int)look.Stamp.Length));
            FileStream file = FileProbe.Open(look.Place);
            await using (file.ConfigureAwait(false))
            {
                await file.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            }

            return Digest.Of(bytes) == look.Digest ? bytes : null;
        }
        catch (Exception error) when (error is EndOfStreamException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
