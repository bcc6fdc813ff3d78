using System.Security.Cryptography;
using System.Text;
using FsCheck.Xunit;

namespace Lifecycle.Data.Tests;

public sealed class RowHashTests
{
    [Theory]
    [InlineData("lifecycle", 0x12afb5bf3b37a0e3, "1")]
    [InlineData("lifecycle", 0xebf079825d54799d, "2")]
    [InlineData("lifecycle", 0x28addb68a3ad8f9c, "é")]
    [InlineData("lifecycle", 0xa1779279be20443f, "a", "b")]
    [InlineData("lifecycle", 0xc66250e8062db069, null)]
    [InlineData("seed-7", 0x9fec0ed780ea0025, "1")]
    public void Positions_AreGolden(string salt, ulong expected, params string?[]? key) =>
        Assert.Equal(expected, RowHash.PositionOf(salt, key ?? [null]));

    [Fact]
    public void HundredThousandKeys_FallIntoTheKnownParts()
    {
        SplitBuilder split = new SplitBuilder().Into(("train", .8), ("validation", .1), ("test", .1));
        ulong[] cuts = split.Build(new TableSummary("t.csv", "csv", 0, new TableSchema(), null, [])).PositionCuts();
        int[] counts = new int[3];
        for (int i = 1; i <= 100_000; i++)
        {
            counts[RowHash.PartOf(RowHash.PositionOf("lifecycle", $"{i}"), cuts)]++;
        }

        Assert.Equal([80_060, 9_877, 10_063], counts);
    }

    [Property]
    public void Position_EqualsTheFormula(string? first, long second, double third)
    {
        if (first is not null && !IsText(first))
        {
            return;
        }

        ColumnBatch batch = new([
            BatchColumn.Of<string>("s", new[] { first ?? "" }, new[] { first is not null }), BatchColumn.Of<long>("i", new[] { second }), BatchColumn.Of<double>("d", new[] { third })]);
        using MemoryStream bytes = new();
        bytes.Write("lifecycle\u001f"u8);
        foreach (string? value in new[] { first, second.ToString(System.Globalization.CultureInfo.InvariantCulture), third.ToString("R", System.Globalization.CultureInfo.InvariantCulture) })
        {
            bytes.Write(value is null ? [255, 255, 255, 255] : BitConverter.GetBytes((uint)Encoding.UTF8.GetByteCount(value)));
            bytes.Write(Encoding.UTF8.GetBytes(value ?? ""));
        }

        byte[] hash = SHA256.HashData(bytes.ToArray());
        Assert.Equal(Convert.ToHexString(hash, 0, 8), RowHash.Positions(batch)[0].ToString("X16", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Folds_AreEven_Stable_AndKeepEqualRowsTogether()
    {
        long[] ids = [.. Enumerable.Range(0, 10_000).Select(i => (long)(i % 5_000))];
        ColumnBatch batch = new([BatchColumn.Of<long>("id", ids)]);
        int[] folds = RowHash.Fold(batch, 5);
        Assert.Equal(folds[..5_000], folds[5_000..]);
        Assert.All(folds.GroupBy(f => f), g => Assert.InRange(g.Count(), 1_800, 2_200));
        Assert.Equal([0, 1, 2, 3, 4], folds.Distinct().Order());
        Assert.Equal(folds[7], RowHash.Fold(batch.Rows([7]), 5)[0]);
        Assert.NotEqual(folds, RowHash.Fold(batch, 5, "other"));
    }

    private static bool IsText(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
}
