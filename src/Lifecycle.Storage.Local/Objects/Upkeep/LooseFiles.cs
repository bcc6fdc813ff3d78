using System.Globalization;

namespace Lifecycle.Storage.Local;

/// <summary>A loose blob as the folder lists it.</summary>
internal readonly record struct LooseFile(Digest Digest, string Path, long Length, DateTimeOffset Renewed);

/// <summary>Walks over the loose blobs of a store in the order of their digests.</summary>
internal static class LooseFiles
{
    public static IEnumerable<LooseFile> Of(ObjectFolder folder)
    {
        for (int shelf = 0; shelf < 256; shelf++)
        {
            string prefix = shelf.ToString("x2", CultureInfo.InvariantCulture);
            DirectoryInfo there = new(Path.Combine(folder.Loose, prefix));
            if (!there.Exists)
            {
                continue;
            }

            foreach (FileInfo file in there.EnumerateFiles().Where(f => ObjectFolder.IsBlobName(f.Name)).OrderBy(f => f.Name, StringComparer.Ordinal))
            {
                if (Stamp(file) is var (length, renewed))
                {
                    yield return new LooseFile(Digest.Parse(prefix + file.Name), file.FullName, length, renewed);
                }
            }
        }
    }

    private static (long Length, DateTimeOffset Renewed)? Stamp(FileInfo file)
    {
        try
        {
            return (file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero));
        }
        catch (FileNotFoundException)
        {
            return null; // removed since it was listed
        }
    }
}
