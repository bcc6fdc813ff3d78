using System.Security.Cryptography;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Drift.Tests;

[Trait("Vectors", "any")]
public sealed class ProfileFileTests
{
    private static readonly ReferenceProfile Small = ReferenceProfile.From(
        new ColumnBatch(
        [
            BatchColumn.Of<double>("x", new[] { 1.5, 2.5, 2.5, double.NaN, double.PositiveInfinity }),
            BatchColumn.Of<double>("y", Enumerable.Range(0, 5).Select(i => 0.1 * i).ToArray()),
            BatchColumn.Of<string>("c", new[] { "a", "b", "a", null!, "é" }, new[] { true, true, true, false, true }),
        ]),
        s => s.Role("y", ColumnRole.Score).Range("x", 0, 10));

    [Fact]
    public void Bytes_of_version_1_are_golden() => Assert.Equal(
        GoldenFiles.Small, Convert.ToHexStringLower(Small.ToBytes()));

    [Fact]
    public void A_quantile_grid_is_golden_too()
    {
        ReferenceProfile profile = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("z", Enumerable.Range(0, 1000).Select(i => i * i / 4.0).ToArray())]));
        Assert.Equal(GoldenFiles.SquaresDigest, profile.Digest.ToString());
        Assert.Equal(320, ((NumericColumn)profile["z"]).Counts.Length);
    }

    [Fact]
    public async Task A_profile_of_a_stream_is_golden() => Assert.Equal(
        GoldenFiles.StreamDigest,
        (await ReferenceProfile.FromAsync(
            Enumerable.Range(0, 70_000).ToAsyncEnumerable(),
            p => p.Numeric("z", i => (i * 7919L % 70_001) / 8.0).Category("c", i => $"{i % 700 * (i % 3)}"))).Digest.ToString());

    [Fact]
    public void Bare_files_without_sketches_open_check_merge_and_are_written_as_they_were()
    {
        byte[] bare = Convert.FromHexString(GoldenFiles.BareSmall);
        ReferenceProfile read = ReferenceProfile.Parse(bare);
        Assert.Equal(bare, read.ToBytes());
        NumericColumn x = (NumericColumn)read["x"];
        Assert.Equal((null, null, null, 0.0), (x.Distinct, x.Fractional, x.Unit, x.RankError));
        Assert.Equal(["a:2", "b:1", "é:1"], ((CategoryColumn)read["c"]).Labels.Select(l => $"{l}:{l.Count}").Order(StringComparer.Ordinal));
        Assert.Equal(8, ReferenceProfile.Merge(read, Small)["c"].Count);
        Assert.Equal(bare, ReferenceProfile.FromJson(read.ToJson()).ToBytes());
    }

    [Fact]
    public void What_is_read_is_what_was_written()
    {
        ReferenceProfile read = ReferenceProfile.Parse(Small.ToBytes());
        Assert.Equal(Small.Digest, read.Digest);
        NumericColumn x = (NumericColumn)read["x"];
        Assert.Equal((3L, 1L, 1L, 1.5, 2.5), (x.Count, x.Missing, x.PositiveInfinite, x.Minimum, x.Maximum));
        Assert.Equal((0.0, 10.0), (x.DeclaredMinimum, x.DeclaredMaximum));
        Assert.Equal(["a:2", "b:1", "é:1"], ((CategoryColumn)read["c"]).Labels.Select(l => $"{l}:{l.Count}").Order(StringComparer.Ordinal));
        Assert.Equal(ColumnRole.Score, read["y"].Role);
    }

    [Fact]
    public async Task A_file_is_written_whole_and_read_back()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "cps.ldp");
        ReferenceProfile profile = ReferenceProfile.From(CpsTable.Batch("1992"));
        await profile.SaveAsync(path);
        ReferenceProfile loaded = await ReferenceProfile.LoadAsync(path);
        Assert.Equal(profile.Digest, loaded.Digest);
        Assert.Equal(Digest.Of(await File.ReadAllBytesAsync(path)), loaded.Digest);
        Assert.Equal(profile.Check(CpsTable.Batch("2004")).ToJson(), loaded.Check(CpsTable.Batch("2004")).ToJson());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await profile.SaveAsync(Path.Combine(folder.Path, "b.ldp"), new CancellationToken(true)));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await ReferenceProfile.LoadAsync(Path.Combine(folder.Path, "none.ldp")));
    }

    [Fact]
    public void Any_flipped_bit_is_found()
    {
        byte[] good = Small.ToBytes();
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            for (int bit = 0; bit < 8; bit++)
            {
                bad[i] = (byte)(good[i] ^ (1 << bit));
                Assert.Throws<ProfileFormatException>(() => ReferenceProfile.Parse(bad));
            }
        }
    }

    [Fact]
    public void Any_cut_is_found()
    {
        byte[] good = Small.ToBytes();
        for (int length = 0; length < good.Length; length++)
        {
            Assert.Throws<ProfileFormatException>(() => ReferenceProfile.Parse(good.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Damage_under_a_right_checksum_is_an_error_of_the_format_or_a_sound_profile()
    {
        byte[] good = Small.ToBytes();
        Lifecycle.Statistics.RandomStream random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bad = [.. good.AsSpan(0, good.Length - 32)];
            for (int hits = random.NextBelow(4); hits >= 0; hits--)
            {
                bad[8 + random.NextBelow(bad.Length - 8)] = (byte)random.NextBelow(256);
            }

            try
            {
                ReferenceProfile read = ReferenceProfile.Parse(Signed(bad));
                _ = read.Check(new ColumnBatch([BatchColumn.Of<double>("x", new double[] { 1, 2, 3, 4 })])).ToHtml();
            }
            catch (ProfileFormatException error)
            {
                Assert.InRange(error.Offset, 0, good.Length);
            }
        }
    }

    [Theory]
    [InlineData(4, 2, "version", "Update Lifecycle.Drift")]
    [InlineData(6, 1, "flags", "Update Lifecycle.Drift")]
    public void A_newer_format_says_what_to_do(int at, byte value, string field, string words)
    {
        byte[] bad = [.. Small.ToBytes().AsSpan(0, Small.ToBytes().Length - 32)];
        bad[at] = value;
        ProfileFormatException error = Assert.Throws<ProfileFormatException>(() => ReferenceProfile.Parse(Signed(bad)));
        Assert.Equal((at, field), (error.Offset, error.Field));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sections_of_a_newer_version_are_kept_below_128_and_refused_above()
    {
        byte[] Column(byte type) => [0x4C, 0x44, 0x50, 0x0A, 1, 0, 0, 0, 1, 0, 28, 1, 1, (byte)'q', 2, 2, 0, 2, 3, 4, 0, 0, 0, 0, 10, 4, 0, 0, 0, 0, type, 3, 7, 8, 9, 0, 0];
        byte[] kept = Column(77)[..^2];
        kept[10] = (byte)(kept.Length - 11);
        ReferenceProfile profile = ReferenceProfile.Parse(Signed(kept));
        Assert.Equal(Signed(kept), profile.ToBytes());
        byte[] refused = [.. kept];
        refused[^5] = 200;
        Assert.Contains("newer version", Assert.Throws<ProfileFormatException>(() => ReferenceProfile.Parse(Signed(refused))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0 })]
    [InlineData(new byte[] { 1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x3F })]
    [InlineData(new byte[] { 0x80, 0x00, 0 })]
    [InlineData(new byte[] { 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0 })]
    public void Announced_sizes_are_checked_before_they_are_believed(byte[] body)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ProfileFormatException>(() => ReferenceProfile.Parse(Signed([0x4C, 0x44, 0x50, 0x0A, 1, 0, 0, 0, .. body])));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    /// <summary>Whole files of such bytes, with a right checksum.</summary>
    [Theory]
    [InlineData("10⁹ columns", "8094EBDC0300", "columns")]
    [InlineData("a column of 4 GB", "010080808080100101", "a column")]
    [InlineData("a name of 4 GB", "0100080180808080100102", "section")]
    [InlineData("a negative count of columns", "FFFFFFFFFFFFFFFFFF0100", "columns")]
    [InlineData("a negative count of rows", "01FFFFFFFFFFFFFFFFFF01", "rows")]
    public void Hostile_sizes_are_named_with_field_and_remedy_and_cost_no_memory(string what, string body, string field)
    {
        byte[] file = Signed([0x4C, 0x44, 0x50, 0x0A, 1, 0, 0, 0, .. Convert.FromHexString(body)]);
        Assert.Throws<ProfileFormatException>(() => ReferenceProfile.Parse(file));
        long before = GC.GetAllocatedBytesForCurrentThread();
        ProfileFormatException error = Assert.Throws<ProfileFormatException>(() => ReferenceProfile.Parse(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.Contains(field, error.Field, StringComparison.Ordinal);
        Assert.InRange(error.Offset, 8, file.Length);
        Assert.True(error.Message.Contains("build the profile again", StringComparison.Ordinal), $"{what}: {error.Message}");
    }

    [Fact]
    public void Ten_thousand_changed_files_throw_nothing_else_and_every_error_has_a_remedy()
    {
        byte[][] good = [Small.ToBytes(), ReferenceProfile.From(CpsTable.Batch("1992")).ToBytes(), Convert.FromHexString(GoldenFiles.BareSmall)];
        Lifecycle.Statistics.RandomStream random = new(2);
        int refused = 0;
        for (int i = 0; i < 10_000; i++)
        {
            byte[] bad = [.. good[i % 3 == 1 && i % 12 != 1 ? 0 : i % 3]];
            for (int hits = random.NextBelow(3); hits >= 0; hits--)
            {
                bad[random.NextBelow(bad.Length - 32)] = (byte)random.NextBelow(256);
            }

            // A third is cut or grown, most are signed again, so that the checksum does not find it.
            byte[] file = random.NextBelow(3) switch { 0 => bad[..random.NextBelow(bad.Length)], 1 => [.. bad, .. bad], _ => bad };
            file = file.Length > 40 && random.NextBelow(4) > 0 ? Signed(file[..^32]) : file;
            try
            {
                _ = ReferenceProfile.Parse(file);
            }
            catch (ProfileFormatException error)
            {
                refused++;
                Assert.InRange(error.Offset, 0, file.Length);
                Assert.NotEmpty(error.Field);
                Assert.Matches("Update Lifecycle.Drift|from a copy or build the profile again|SaveAsync", error.Message);
            }
        }

        Assert.InRange(refused, 8_000, 10_000);
    }

    [Fact]
    public void Unsorted_edges_wrong_sums_and_foreign_sketches_are_named_with_their_place()
    {
        byte[] good = Small.ToBytes();
        int edges = good.AsSpan().IndexOf("\u0005\u0014\u0004\u0001"u8), histogram = good.AsSpan().IndexOf("\u0008\u0006\u0005"u8);
        ProfileFormatException Bad(int at, byte value)
        {
            byte[] bad = [.. good.AsSpan(0, good.Length - 32)];
            bad[at] = value;
            return Assert.Throws<ProfileFormatException>(() => ReferenceProfile.Parse(Signed(bad)));
        }

        ProfileFormatException unsorted = Bad(edges + 8, 0x50), buckets = Bad(histogram + 2, 9), sums = Bad(histogram - 4, 3);
        Assert.Equal(("edges", true), (unsorted.Field, unsorted.Message.Contains("ascending", StringComparison.Ordinal)));
        Assert.Equal(("histogram", true), (buckets.Field, buckets.Message.Contains("mantissa bits", StringComparison.Ordinal)));
        Assert.InRange(unsorted.Offset, edges, edges + 20);
        Assert.InRange(buckets.Offset, histogram, histogram + 4);
        Assert.Contains("bins", sums.Field, StringComparison.Ordinal);
    }

    private static byte[] Signed(byte[] body) => [.. body, .. SHA256.HashData(body)];
}
