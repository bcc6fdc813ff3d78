using System.Text;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

public sealed class ListTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1700000000000);
    private static readonly Digest A = Digest.Parse(new string('a', 64));
    private static readonly Digest B = Digest.Parse(new string('b', 64));

    [Fact]
    public void KeepList_HasTheBytesOfTheFormat()
    {
        string head = $"lifecycle.keep/1 1700000000000\n{A.Hex}\n{B.Hex}\n";
        byte[] bytes = KeepList.Of([B, A, B], At).ToBytes();
        Assert.Equal(head + $"= 2 {Digest.Of(Encoding.UTF8.GetBytes(head)).Hex}\n", Encoding.UTF8.GetString(bytes));
        Assert.Equal("f923c44cc57ef214c4bf0db8453503de8082a1ef9cbbe18c41413b20d28ccdfd", Digest.Of(bytes).Hex);
        KeepList read = KeepList.Parse(bytes)!;
        Assert.Equal(At, read.At);
        Assert.Equal([A, B], read.Digests);
    }

    [Fact]
    public void DeadList_HasTheBytesOfTheFormat()
    {
        Guid id = Guid.ParseExact("018bcfe568007000800000000000002a", "N");
        string head = $"lifecycle.dead/1 018bcfe568007000800000000000002a 1700000000000\n{A.Hex} 1600000000000\n{B.Hex} 1700000000000\n";
        byte[] bytes = new DeadList(id, At, new Dictionary<Digest, DateTimeOffset> { [B] = At, [A] = At.AddMilliseconds(-1e11) }).ToBytes();
        Assert.Equal(head + $"= 2 {Digest.Of(Encoding.UTF8.GetBytes(head)).Hex}\n", Encoding.UTF8.GetString(bytes));
        Assert.Equal("74df753e674a243ab42dca3b718a66d17017a8ac193097349e65c27d72049469", Digest.Of(bytes).Hex);
        DeadList read = DeadList.Parse(bytes)!;
        Assert.Equal((id, At, 2), (read.Id, read.At, read.Marks.Count));
        Assert.Equal((At.AddMilliseconds(-1e11), At), (read.Marks[A], read.Marks[B]));
    }

    [Fact]
    public void AnEmptyList_IsAList()
    {
        Assert.Empty(KeepList.Parse(KeepList.Of([], At).ToBytes())!.Digests);
        Assert.Empty(DeadList.Parse(new DeadList(Guid.Empty, At, new Dictionary<Digest, DateTimeOffset>()).ToBytes())!.Marks);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EveryFlippedBit_AndEveryCut_IsSeen(bool keep)
    {
        byte[] bytes = keep ? KeepList.Of([A, B], At).ToBytes() : new DeadList(Guid.Empty, At, new Dictionary<Digest, DateTimeOffset> { [A] = At, [B] = At }).ToBytes();
        Func<byte[], object?> parse = b => keep ? KeepList.Parse(b) : DeadList.Parse(b);
        Assert.NotNull(parse(bytes));
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(parse(bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Null(parse(bytes[..length]));
        }
    }

    [Fact]
    public async Task KeepList_IsWrittenIntoItsFolder()
    {
        using TemporaryFolder folder = new();
        string file = (await KeepList.WriteAsync(folder.Path, [B, A], TimeProvider.System, default))!;
        Assert.Equal([A, B], KeepList.Parse(await File.ReadAllBytesAsync(file))!.Digests);
        Assert.Matches("^keep/[0-9a-f]{32}\\.keep$", Assert.Single(folder.Files()));
        Assert.Null(await KeepList.WriteAsync(folder.Path, [], TimeProvider.System, default));
        Assert.Single(folder.Files());
    }
}
