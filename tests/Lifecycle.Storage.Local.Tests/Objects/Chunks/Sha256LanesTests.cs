namespace Lifecycle.Storage.Local.Tests;

/// <summary>Hashing side by side gives what the platform gives, whatever the lengths and however many.</summary>
public sealed class Sha256LanesTests
{
    [Fact]
    public void EveryLengthUpTo300_AndEveryStart()
    {
        byte[] bytes = new byte[1000];
        new Random(1).NextBytes(bytes);
        AssertSame([.. Enumerable.Range(0, 301).Select(length => new Piece(bytes, length % 7, length))]);
    }

    [Fact]
    public void RandomSets()
    {
        byte[] bytes = new byte[600_000];
        Random random = new(2);
        random.NextBytes(bytes);
        for (int round = 0; round < 300; round++)
        {
            List<Piece> pieces = [];
            for (int i = random.Next(70); i > 0; i--)
            {
                int length = random.Next(3) == 0 ? random.Next(200) : random.Next(1 << random.Next(1, 15));
                pieces.Add(new Piece(bytes, random.Next(bytes.Length - length), length));
            }

            AssertSame(pieces);
        }
    }

    [Fact]
    public void ChunksOfAllSizes()
    {
        byte[] bytes = new byte[ContentChunker.Maximum];
        new Random(3).NextBytes(bytes);
        AssertSame([.. Enumerable.Range(0, 40).Select(i => new Piece(bytes, 0, ContentChunker.Minimum + (i * (ContentChunker.Maximum - ContentChunker.Minimum) / 39)))]);
    }

    /// <summary>FIPS 180-4, the examples of NIST.</summary>
    [Fact]
    public void PublishedVectors()
    {
        string[] texts = ["abc", "", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", new('a', 1_000_000)];
        Digest[] ids = new Digest[4];
        Sha256Lanes.Hash([.. texts.Select(t => new Piece(System.Text.Encoding.ASCII.GetBytes(t), 0, t.Length))], ids);
        Assert.Equal(
            [
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
            ],
            ids.Select(i => i.Hex));
    }

    private static void AssertSame(List<Piece> pieces)
    {
        Digest[] ids = new Digest[pieces.Count];
        Sha256Lanes.Hash(pieces, ids);
        for (int i = 0; i < ids.Length; i++)
        {
            Assert.True(Digest.Of(pieces[i].Span) == ids[i], $"{pieces[i].Length} bytes from {pieces[i].Start} on");
        }
    }
}
