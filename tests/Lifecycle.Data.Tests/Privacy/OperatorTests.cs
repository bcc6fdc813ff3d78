using System.Globalization;

namespace Lifecycle.Data.Tests;

public sealed class OperatorTests
{
    private static string?[] Apply(BatchColumn column, ColumnOperator action)
    {
        action.Check(column.Column);
        ColumnBatch batch = new([column]);
        CellTransform transform = action.Compile(column.Column, new DerivationSetting("d", batch.Schema, 2026, null, Zip3Operator.Census2000, null));
        transform.Begin(batch);
        return [.. Enumerable.Range(0, column.Count).Select(row => transform.Apply(column, row))];
    }

    private static string?[] Texts(ColumnOperator action, params string[] cells) => Apply(Cells.Of("c", cells), action);

    private static string?[] Numbers(ColumnOperator action, params double[] cells) => Apply(Cells.Of("c", cells), action);

    [Fact]
    public void Mask_KeepsTheEnd_ButNeverAll()
    {
        Assert.Equal(["****1234", "****", "", "**\ud83d\ude00cde"], Texts(new MaskOperator("c", '*', 4), "55551234", "1234", "", "ab\ud83d\ude00cde"));
        Assert.Equal(["xxx"], Texts(new MaskOperator("c", 'x', 0), "a\ud83d\ude00c"));
        Assert.Equal(["##45"], Apply(Cells.Of("c", new[] { 2345L }), new MaskOperator("c", '#', 2)));
    }

    [Fact]
    public void Truncate_CountsCharacters()
    {
        Assert.Equal(["021", "a", "", "\ud83d\ude00\u00e9x"], Texts(new TruncateOperator("c", 3), "02134", "a", "", "\ud83d\ude00\u00e9xy"));
        Assert.Equal(["2020-03"], Apply(Cells.Of("c", new[] { new DateOnly(2020, 3, 4) }), new TruncateOperator("c", 7)));
        Assert.Throws<PrivacyPlanException>(() => Numbers(new TruncateOperator("c", 3), 1.5));
    }

    [Theory]
    [InlineData(10, 23, "[20,30)")]
    [InlineData(10, 20, "[20,30)")]
    [InlineData(10, -0.5, "[-10,0)")]
    [InlineData(10, -10, "[-10,0)")]
    [InlineData(.1, .3, "[0.3,0.4)")]
    [InlineData(.1, .7, "[0.7,0.8)")]
    [InlineData(.25, .99999, "[0.75,1)")]
    [InlineData(2.5, 1e6, "[1000000,1000002.5)")]
    [InlineData(1e-12, 1e14, "[100000000000000,100000000000000.000000000001)")]
    [InlineData(10, 1e300, "[1E+300,1E+300)")]
    [InlineData(10, double.NaN, null)]
    [InlineData(10, double.NegativeInfinity, null)]
    public void Bin_IsTheInterval(double width, double value, string? expected) => Assert.Equal([expected], Numbers(new BinOperator("c", width), value));

    [Fact]
    public void Bin_HoldsItsValue_Whatever()
    {
        Random random = SeededRandom.Of(11);
        for (int i = 0; i < 20_000; i++)
        {
            decimal width = random.Next(1, 1000) / (decimal)Math.Pow(10, random.Next(0, 4));
            decimal value = random.Next(-100_000, 100_000) / (decimal)Math.Pow(10, random.Next(0, 4));
            string label = Numbers(new BinOperator("c", (double)width), (double)value)[0]!;
            decimal[] ends = [.. label[1..^1].Split(',').Select(e => decimal.Parse(e, CultureInfo.InvariantCulture))];
            Assert.True(ends[0] <= value && value < ends[1], $"{value} in {label}");
            Assert.Equal(width, ends[1] - ends[0]);
            Assert.Equal(0, ends[0] % width);
        }
    }

    [Fact]
    public void TopCode_KeepsTheRest()
    {
        Assert.Equal(["89", "90+", "90+", "-3", null, "90+"], Numbers(new TopCodeOperator("c", 89, "90+"), 89, 89.01, 90, -3, double.NaN, double.PositiveInfinity));
        Assert.Equal([">1.5"], Numbers(new TopCodeOperator("c", 1.5, null), 2));
    }

    [Fact]
    public void YearOnly_IsTheYear()
    {
        Assert.Equal(["1815", "0099"], Apply(Cells.Of("c", new[] { new DateOnly(1815, 12, 10), new DateOnly(99, 1, 1) }), new YearOnlyOperator()));
        Assert.Equal(
            [null, "1937", "2026"],
            Apply(Cells.Of("c", new[] { new DateTime(1936, 12, 31, 23, 59, 59, DateTimeKind.Utc), new DateTime(1937, 1, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) }), new YearOnlyOperator(withoutOld: true)));
    }

    [Fact]
    public void ShiftDates_AtTheEndsOfTheCalendar_IsNull()
    {
        PseudonymKey key = new("k", [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        ColumnBatch batch = new(
        [
            Cells.Of("d", Enumerable.Repeat(DateOnly.MaxValue, 100).Concat(Enumerable.Repeat(DateOnly.MinValue, 100)).ToArray()),
            Cells.Of("who", Enumerable.Range(0, 200).Select(i => $"p{i}").ToArray()),
        ]);
        ShiftDatesOperator action = new("d", 10, "who", null);
        CellTransform transform = action.Compile(batch.Schema["d"], new DerivationSetting("d", batch.Schema, 2026, key, [], null));
        transform.Begin(batch);
        Pseudonyms shifts = new(key, "d/who");
        for (int row = 0; row < 200; row++)
        {
            int by = shifts.DateShift($"p{row}", 10);
            bool leaves = row < 100 ? by > 0 : by < 0;
            Assert.Equal(leaves ? null : (row < 100 ? DateOnly.MaxValue : DateOnly.MinValue).AddDays(by).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), transform.Apply(batch["d"], row));
        }
    }

    [Fact]
    public void Map_TakesTheLevel_AndReadsNumbersAsNumbers()
    {
        Hierarchy h = Hierarchy.Parse("1;odd;all\n2.0;even;all\n\"3\";\"odd\";all\n");
        Assert.Equal((2, 3), (h.Levels, h.Count));
        Assert.Equal(["odd", "even", "odd"], Numbers(new MapOperator("c", h, 1), 1, 2, 3));
        Assert.Equal(["all", "1"], [.. Numbers(new MapOperator("c", h, 2), 2), .. Numbers(new MapOperator("c", h, 0), 1)]);
        PrivacyPlanException unknown = Assert.Throws<PrivacyPlanException>(() => Texts(new MapOperator("c", h, 1), "1", "geheim"));
        Assert.Contains("row 2", unknown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", unknown.Message, StringComparison.Ordinal);
        Assert.Throws<PrivacyPlanException>(() => new MapOperator("c", h, 3));
        Assert.Throws<PrivacyPlanException>(() => new MapOperator("c", h, -1));
        Assert.Throws<PrivacyPlanException>(() => Numbers(new MapOperator("c", Hierarchy.Parse("1,a\n1.0,b\n"), 1), 1));
        Assert.Equal(["a"], Numbers(new MapOperator("c", Hierarchy.Parse("1,a\n1.0,a\n"), 1), 1));
        Assert.Equal(["w"], Apply(Cells.Of("c", new[] { true }), new MapOperator("c", Hierarchy.Parse("TRUE,w\n"), 1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("a\n")]
    [InlineData("a,b\nc\n")]
    [InlineData("a,b\na,c\n")]
    [InlineData("a,b\nc,d,e\n")]
    [InlineData("\"a,b\n")]
    [InlineData("\"a\"x,b\n")]
    [InlineData("a,b\u0000\n")]
    [InlineData("a\u001b,b\n")]
    public void HostileHierarchies_AreRefused(string text)
    {
        PrivacyPlanException error = Assert.Throws<PrivacyPlanException>(() => Hierarchy.Parse(text));
        Assert.StartsWith("The hierarchy 'text'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HierarchyFiles_ThatCannotBe_AreRefused()
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-data-").FullName;
        try
        {
            Assert.Throws<PrivacyPlanException>(() => Hierarchy.Read(Path.Combine(folder, "missing.csv")));
            Assert.Throws<PrivacyPlanException>(() => Hierarchy.Read(folder));
            string file = Path.Combine(folder, "h.csv");
            File.WriteAllBytes(file, [0xff, 0xfe, 0x41, 0]);
            Assert.Throws<PrivacyPlanException>(() => Hierarchy.Read(file));
            using (FileStream sparse = new(file, FileMode.Create))
            {
                sparse.SetLength((64L << 20) + 1);
            }

            Assert.Contains("67108864", Assert.Throws<PrivacyPlanException>(() => Hierarchy.Read(file)).Message, StringComparison.Ordinal);
            File.WriteAllText(file, "\ufeffMiddlesex,\"MA, east\",US\r\n\r\nSuffolk,\"say \"\"MA\"\"\",US");
            Hierarchy h = Hierarchy.Read(file);
            Assert.Equal(["MA, east", "say \"MA\""], h.Rows.Select(r => r[1]));
            Assert.Equal(Digest.Of(File.ReadAllBytes(file)), h.Digest);
            File.WriteAllText(file, string.Join(',', Enumerable.Range(0, 70)));
            Assert.Throws<PrivacyPlanException>(() => Hierarchy.Read(file));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
