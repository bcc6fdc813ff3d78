namespace Lifecycle.Serving.TestModels;

/// <summary>The bytes below a folder into which others write meanwhile.</summary>
public static class DiskBytes
{
    /// <summary>
    /// Every byte of every file. A file that its writer holds alone, or that was renamed since it was listed, is met again in another look;
    /// only lock files are passed over while they are held.
    /// </summary>
    /// <exception cref="IOException">A file was held for a minute.</exception>
    public static async Task<byte[]> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        for (int look = 1; ; look++)
        {
            try
            {
                return Read(folder);
            }
            catch (IOException) when (look < 3_000)
            {
                await Task.Delay(20, cancellationToken);
            }
        }
    }

    private static byte[] Read(string folder)
    {
        using MemoryStream all = new();
        foreach (string file in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            try
            {
                using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                stream.CopyTo(all);
            }
            catch (IOException) when (file.EndsWith(".lock", StringComparison.Ordinal))
            {
                // Held by its owner as long as the store is open.
            }
        }

        return all.ToArray();
    }
}
