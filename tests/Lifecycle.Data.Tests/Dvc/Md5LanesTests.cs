using System.Runtime.Intrinsics.X86;
using System.Text;
using Lifecycle.Statistics;
using Lifecycle.Storage.Specification;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data.Tests;

public sealed class Md5LanesTests
{
    public static TheoryData<int> Widths()
    {
        TheoryData<int> widths = [1, 4];
        if (Avx2.IsSupported)
        {
            widths.Add(8);
        }

        if (Avx512F.IsSupported)
        {
            widths.Add(16);
        }

        return widths;
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void EveryLengthUpTo300_AndRandomSets_EqualThePlatform(int lanes)
    {
        using TemporaryFolder folder = new();
        RandomStream random = new(16);
        List<string> files = [];
        foreach (int length in Enumerable.Range(0, 301).Concat([4096, 100_000, Md5Reader.PieceBytes - 1, Md5Reader.PieceBytes, Md5Reader.PieceBytes + 63, 900_001]))
        {
            files.Add(Write(folder, files.Count, length, random));
        }

        Assert.Equal(Expected(files), Hash(files, lanes));
        for (int set = 0; set < 20; set++)
        {
            List<string> some = [.. Enumerable.Range(0, 1 + random.NextBelow(60)).Select(_ => files[random.NextBelow(files.Count)])];
            Assert.Equal(Expected(some), Hash(some, lanes));
        }
    }

    [Theory]
    [InlineData("", "d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("a", "0cc175b9c0f1b6a831c399e269772661")]
    [InlineData("abc", "900150983cd24fb0d6963f7d28e17f72")]
    [InlineData("message digest", "f96b697d7cb7938d525a2f31aaf161d0")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a")]
    public void VectorsOfTheStandard(string text, string md5)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        Md5OneLane own = new();
        own.Append(bytes);
        Assert.Equal(md5, own.Finish().Hex);
        using Md5Stream fallback = new(useOwn: true);
        fallback.Append(bytes);
        Assert.Equal(md5, fallback.Finish().Hex);
        Assert.Equal(md5, Md5Hash.Of(bytes).Hex);
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["x"], bytes);
        Assert.Equal([md5], Hash([folder["x"]], Md5Lanes.Widest));
    }

    [Fact]
    public void ALane_GivesEveryByteInOrder_AndTheWholeOfASmallFile()
    {
        using TemporaryFolder folder = new();
        RandomStream random = new(5);
        foreach (int length in new[] { 0, 1, Md5Reader.PieceBytes, (3 * Md5Reader.PieceBytes) + 17 })
        {
            string path = Write(folder, length, length, random);
            Item item = new(path);
            using Md5Reader reader = new();
            Queue<Md5LaneFile> queue = new([item]);
            reader.Run(() => queue.TryDequeue(out Md5LaneFile? next) ? next : null, default);
            Assert.Equal(File.ReadAllBytes(path), item.Seen.ToArray());
            Assert.Equal(length < Md5Reader.PieceBytes ? length : 0, item.WholeLength);
        }
    }

    private static List<string> Expected(List<string> files) => [.. files.Select(f => NaiveDvc.Md5(File.ReadAllBytes(f)))];

    private static List<string> Hash(List<string> files, int lanes)
    {
        Item[] items = [.. files.Select(f => new Item(f))];
        using Md5Reader reader = new(lanes);
        Queue<Md5LaneFile> queue = new(items);
        reader.Run(() => queue.TryDequeue(out Md5LaneFile? next) ? next : null, default);
        return [.. items.Select(i => i.Md5)];
    }

    private static string Write(TemporaryFolder folder, int name, int length, RandomStream random)
    {
        byte[] bytes = new byte[length];
        NaiveDvc.Fill(random, bytes);
        string path = folder["f" + name];
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private sealed class Item(string path) : Md5LaneFile
    {
        public MemoryStream Seen { get; } = new();

        public string Md5 { get; private set; } = "";

        public int WholeLength { get; private set; }

        public override long ExpectedLength => 0;

        public override SafeFileHandle Open() => File.OpenHandle(path);

        public override void Piece(ReadOnlySpan<byte> bytes, bool isFirst, bool isLast) => Seen.Write(bytes);

        public override void Done(Md5Hash md5, long length, ReadOnlySpan<byte> whole)
        {
            Md5 = md5.Hex;
            WholeLength = whole.Length;
            Assert.Equal(length, Seen.Length);
        }
    }
}
