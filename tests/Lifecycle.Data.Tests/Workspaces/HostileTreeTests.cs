using System.Text;

namespace Lifecycle.Data.Tests;

/// <summary>Lists of files that nobody of good will would make: each is refused before the first byte is written.</summary>
public sealed class HostileTreeTests
{
    private const string Header = "lifecycle.tree/1\n";
    private static readonly string Hex = Digest.Of("x"u8).Hex;

    private static byte[] Ascii(string text) => Encoding.UTF8.GetBytes(text.Replace("HEX", Hex, StringComparison.Ordinal));

    /// <summary>Lists whose bytes are not what the files in them would give.</summary>
    private static readonly (string Name, byte[] Tree)[] Malformed =
    [
        ("empty", []),
        ("no header", Ascii("- 1 HEX a\n= 1 1\n")),
        ("another version", Ascii("lifecycle.tree/2\n- 1 HEX a\n= 1 1\n")),
        ("byte order mark", Ascii("\uFEFF" + Header + "- 1 HEX a\n= 1 1\n")),
        ("CRLF", Ascii("lifecycle.tree/1\r\n- 1 HEX a\r\n= 1 1\r\n")),
        ("no totals", Ascii(Header + "- 1 HEX a\n")),
        ("totals without end", Ascii(Header + "- 1 HEX a\n= 1 1")),
        ("one file too many in the totals", Ascii(Header + "- 1 HEX a\n= 2 1\n")),
        ("one byte too many in the totals", Ascii(Header + "- 1 HEX a\n= 1 2\n")),
        ("totals with a space", Ascii(Header + "- 1 HEX a\n= 1 1 \n")),
        ("totals with a third number", Ascii(Header + "- 1 HEX a\n= 1 1 1\n")),
        ("something behind the totals", Ascii(Header + "- 1 HEX a\n= 1 1\n- 1 HEX b\n")),
        ("two totals", Ascii(Header + "- 1 HEX a\n= 1 1\n= 1 1\n")),
        ("an empty line", Ascii(Header + "\n- 1 HEX a\n= 1 1\n")),
        ("negative length", Ascii(Header + "- -1 HEX a\n= 1 -1\n")),
        ("length with a plus", Ascii(Header + "- +1 HEX a\n= 1 1\n")),
        ("length with a zero in front", Ascii(Header + "- 01 HEX a\n= 1 1\n")),
        ("length beyond 64 bits", Ascii(Header + "- 99999999999999999999 HEX a\n= 1 1\n")),
        ("lengths that overflow together", Ascii(Header + "- 9223372036854775807 HEX a\n- 9223372036854775807 HEX b\n= 2 -2\n")),
        ("length in hex", Ascii(Header + "- 0x1 HEX a\n= 1 1\n")),
        ("no length", Ascii(Header + "- HEX a\n= 1 1\n")),
        ("digest cut", Ascii(Header + $"- 1 {Hex[..63]} a\n= 1 1\n")),
        ("digest in upper case", Ascii(Header + $"- 1 {Hex.ToUpperInvariant()} a\n= 1 1\n")),
        ("digest with its prefix", Ascii(Header + "- 1 sha256:HEX a\n= 1 1\n")),
        ("digest that is no hex", Ascii(Header + $"- 1 {new string('g', 64)} a\n= 1 1\n")),
        ("unknown mode", Ascii(Header + "s 1 HEX a\n= 1 1\n")),
        ("mode in upper case", Ascii(Header + "X 1 HEX a\n= 1 1\n")),
        ("two spaces", Ascii(Header + "-  1 HEX a\n= 1 1\n")),
        ("wrong order", Ascii(Header + "- 1 HEX b\n- 1 HEX a\n= 2 2\n")),
        ("order of UTF-16", Ascii(Header + "- 1 HEX \U0001F600\n- 1 HEX \uE000\n= 2 2\n")),
        ("the same path twice", Ascii(Header + "- 1 HEX a\n- 1 HEX a\n= 2 2\n")),
        ("needless escape", Ascii(Header + "- 1 HEX \\x41\n= 1 1\n")),
        ("long form of a short escape", Ascii(Header + "- 1 HEX \\x0a\n= 1 1\n")),
        ("escape in upper case", Ascii(Header + "- 1 HEX \\x1F\n= 1 1\n")),
        ("unknown escape", Ascii(Header + "- 1 HEX \\q\n= 1 1\n")),
        ("escape without end", Ascii(Header + "- 1 HEX a\\\n= 1 1\n")),
        ("escape cut", Ascii(Header + "- 1 HEX a\\x0\n= 1 1\n")),
        ("raw control character", Ascii(Header + "- 1 HEX a\tb\n= 1 1\n")),
        ("raw delete", Ascii(Header + "- 1 HEX a\u007fb\n= 1 1\n")),
        ("not UTF-8", [.. Ascii(Header + "- 1 HEX "), 0xFF, .. Ascii("\n= 1 1\n")]),
        ("overlong slash", [.. Ascii(Header + "- 1 HEX a"), 0xC0, 0xAF, .. Ascii("b\n= 1 1\n")]),
        ("surrogate in UTF-8", [.. Ascii(Header + "- 1 HEX "), 0xED, 0xA0, 0x80, .. Ascii("\n= 1 1\n")]),
    ];

    /// <summary>Lists that are well formed, with paths that must not become files.</summary>
    private static IEnumerable<(string[] Paths, bool Portable)> Paths =>
        PathGuardTests.Storable.Select(row => (row.Data, false)).Concat(PathGuardTests.Portable.Select(row => (row.Data, true)));

    private static DatasetVersion Version(TestWorkspace w, Digest tree) =>
        new(w.Datasets, new VersionRow("h", 1, new string('0', 32), tree, tree, null, 1, 1, null, null, default, "eve", null));

    private static async Task<DatasetVersion> VersionAsync(TestWorkspace w, byte[] tree) =>
        Version(w, (await w.Local.Blobs.PutAsync(new MemoryStream(tree))).Digest);

    // Into a folder that is not there, and into one that holds something.
    private static async Task AssertRefusedAsync<T>(TestWorkspace w, DatasetVersion hostile, string what, Action<CheckoutOptions>? configure = null)
        where T : Exception
    {
        await Task.WhenAll(
            Assert.ThrowsAnyAsync<T>(async () => await hostile.CheckoutAsync(w.Path("out", "in"), configure)),
            Assert.ThrowsAnyAsync<T>(async () => await hostile.CheckoutAsync(w.Path("there", "in"), configure)));
        Assert.False(Directory.Exists(w.Path("out", "in")), what);
        Assert.Equal([w.Path("there", "in"), w.Path("there", "in", "mine")], Directory.EnumerateFileSystemEntries(w.Path("there"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
        Assert.Equal("mine", await File.ReadAllTextAsync(w.Path("there", "in", "mine")));
        Assert.False(File.Exists(w.Path("x")) || File.Exists(w.Path("out", "x")) || File.Exists("/etc/hostile"), what);
    }

    private static async Task<TestWorkspace> StartAsync()
    {
        TestWorkspace w = new();
        await w.Local.Blobs.PutAsync(new MemoryStream("x"u8.ToArray()));
        Directory.CreateDirectory(w.Path("there", "in"));
        await File.WriteAllTextAsync(w.Path("there", "in", "mine"), "mine");
        return w;
    }

    [Fact]
    public void Corpus_IsBigEnough() => Assert.InRange(Malformed.Length + Paths.Count(), 60, 1000);

    [Fact]
    public async Task MalformedTree_IsRefused_BeforeTheFirstByte()
    {
        await using TestWorkspace w = await StartAsync();
        foreach ((string name, byte[] tree) in Malformed)
        {
            Assert.True(Record.Exception(() => DatasetTree.Parse(tree)) is TreeFormatException, name);
            await AssertRefusedAsync<TreeFormatException>(w, await VersionAsync(w, tree), name);
        }
    }

    [Fact]
    public async Task HostilePaths_AreRefused_BeforeTheFirstByte_AllOfThem()
    {
        await using TestWorkspace w = await StartAsync();
        Digest content = Digest.Of("x"u8);
        foreach ((string[] paths, bool portable) in Paths)
        {
            byte[] tree = DatasetTree.Write([new DatasetFile("good", 1, content), .. paths.Select(p => new DatasetFile(p, 1, content))]);
            DatasetVersion hostile = await VersionAsync(w, tree);
            await AssertRefusedAsync<DatasetException>(w, hostile, string.Join(' ', paths), o => o.PortableNames = portable);
        }

        DatasetVersion many = await VersionAsync(w, DatasetTree.Write([.. Enumerable.Range(0, 50).Select(i => new DatasetFile($"../{i:00}", 1, content)), new DatasetFile("good", 1, content)]));
        UnsafePathException e = await Assert.ThrowsAsync<UnsafePathException>(async () => await many.CheckoutAsync(w.Path("out", "in")));
        Assert.Equal(50, e.Paths.Count);
        Assert.Contains("'../19'", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("'../20'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LyingLengths_AndMissingContent_LeaveNothing()
    {
        await using TestWorkspace w = await StartAsync();
        DatasetFile good = new("a", 1, Digest.Of("x"u8));
        foreach (long length in new[] { 0, 2, 5000, 1L << 60 })
        {
            DatasetVersion lying = await VersionAsync(w, DatasetTree.Write([good, new DatasetFile("b", length, Digest.Of("x"u8))]));
            foreach (LinkKind link in Enum.GetValues<LinkKind>())
            {
                await AssertRefusedAsync<DatasetException>(w, lying, $"{length} by {link}", o => o.Link(link));
            }

            Assert.False((await w.Datasets.VerifyAsync(lying)).IsSound);
        }

        DatasetVersion missing = await VersionAsync(w, DatasetTree.Write([good, new DatasetFile("b", 1, Digest.Of("not there"u8))]));
        await AssertRefusedAsync<BlobNotFoundException>(w, missing, "missing");
        await AssertRefusedAsync<BlobNotFoundException>(w, Version(w, Digest.Of("no tree"u8)), "no tree");
    }

    // A tree of another kind of blob: megabytes that are no list at all.
    [Fact]
    public async Task HugeRubbish_IsRefused_WithoutTakingMemoryForIt()
    {
        await using TestWorkspace w = await StartAsync();
        DatasetVersion rubbish = await VersionAsync(w, new byte[4 << 20]);
        await AssertRefusedAsync<TreeFormatException>(w, rubbish, "zeros");
        byte[] lines = Ascii(Header + string.Concat(Enumerable.Repeat("= 1 1\n", 500_000)));
        await AssertRefusedAsync<TreeFormatException>(w, await VersionAsync(w, lines), "totals");
    }
}
