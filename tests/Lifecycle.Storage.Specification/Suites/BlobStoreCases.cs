using Xunit;

namespace Lifecycle.Storage.Specification;

/// <summary>Lengths and ranges near which stores change how they lay blobs out.</summary>
public static class BlobStoreCases
{
    /// <summary>A mebibyte.</summary>
    public const int Mebibyte = 1 << 20;

    /// <summary>Lengths of blobs.</summary>
    public static TheoryData<int> Lengths => [0, 1, 1000, Mebibyte - 2, Mebibyte - 1, Mebibyte, Mebibyte + 1, (3 * Mebibyte) + 5];

    /// <summary>Length of a blob, offset and count of a range of it.</summary>
    public static TheoryData<int, long, long> Ranges
    {
        get
        {
            TheoryData<int, long, long> ranges = [];
            foreach (int length in new[] { 0, 1000, Mebibyte, (3 * Mebibyte) + 5 })
            {
                foreach (long offset in new long[] { 0, 1, Mebibyte - 1, Mebibyte, (2 * Mebibyte) + 3, length - 1, length, length + 10 }.Where(o => o >= 0).Distinct())
                {
                    foreach (long count in new long[] { 0, 1, 100, Mebibyte + 2, long.MaxValue })
                    {
                        ranges.Add(length, offset, count);
                    }
                }
            }

            return ranges;
        }
    }
}
