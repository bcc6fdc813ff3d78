using System.Diagnostics;
using Lifecycle.Storage.Local;

namespace Lifecycle.Benchmarks.Ratios;

/// <summary>Time to put a file of 256 MB, flushed, over the time <c>sha256sum</c> takes to read and hash it.</summary>
internal static class BlobPutFigure
{
    private const int Megabytes = 256;

    public static async Task<Figure> MeasureAsync(int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-ratios-").FullName;
        try
        {
            string file = Path.Combine(folder, "input");
            WriteInput(file);
            double ours = double.MaxValue;
            double theirs = double.MaxValue;
            for (int round = 0; round < rounds; round++)
            {
                theirs = Math.Min(theirs, Checksum(file));
                ours = Math.Min(ours, await PutAsync(file, Path.Combine(folder, $"store-{round}")));
            }

            return new Figure("foundation.blob.put.256m.vs_sha256sum", ours / theirs, "x", AtLeast: false, 1.6);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WriteInput(string file)
    {
        byte[] block = new byte[1 << 20];
        using FileStream stream = File.Create(file);
        for (int i = 0; i < Megabytes; i++)
        {
            for (int at = 0; at < block.Length; at += 32)
            {
                System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(((long)i << 32) | (uint)at), block.AsSpan(at, 32));
            }

            stream.Write(block);
        }

        stream.Flush(flushToDisk: true);
    }

    private static double Checksum(string file)
    {
        ProcessStartInfo start = new("sha256sum") { RedirectStandardOutput = true, ArgumentList = { file } };
        return RatioRunner.Time(() =>
        {
            using Process process = Process.Start(start)!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
        });
    }

    private static async Task<double> PutAsync(string file, string store)
    {
        LocalBlobStore blobs = new(store);
        long started = Stopwatch.GetTimestamp();
        await using (FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1))
        {
            await blobs.PutAsync(stream, new BlobPutOptions { ExpectedLength = stream.Length });
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Directory.Delete(store, recursive: true);
        return seconds;
    }
}
