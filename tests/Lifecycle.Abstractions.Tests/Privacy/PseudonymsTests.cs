namespace Lifecycle.Tests;

public sealed class PseudonymsTests
{
    private static PseudonymKey Key { get; } = new("k1", [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    [Theory]
    [InlineData("mortgages/name", "Ada Lovelace", "k1:RbdXz_pYlJ-ud-nwSBS_qRBxkhrQ9fPXGYe_2pJLLYI")]
    [InlineData("patient", "Ada Lovelace", "k1:T_8gDX4emi6zEalMPtThD-YlMpOwKJ9J4S_SPgP2JPo")]
    public void Of_IsTheFormula(string domain, string value, string expected) => Assert.Equal(expected, new Pseudonyms(Key, domain).Of(value));

    [Theory]
    [InlineData("mortgages/name")]
    [InlineData("patient")]
    public void Of_ComposedAndDecomposed_AreOne(string domain)
    {
        Pseudonyms pseudonyms = new(Key, domain);
        Assert.Equal(pseudonyms.Of("Jos\u00e9"), pseudonyms.Of("Jose\u0301"));
    }

    [Fact]
    public void Of_Jose_IsTheConstant()
    {
        string[] found = [.. new[] { "mortgages/name", "patient" }.Select(d => new Pseudonyms(Key, d).Of("Jose\u0301"))];
        Assert.Contains("k1:w5IQihGz0Mp6cNDDhgJrDNVHYmRphTqlRXanqndehu0", found);
    }

    [Theory]
    [InlineData("p1", -30)]
    [InlineData("p2", -179)]
    [InlineData("p3", -77)]
    public void DateShift_IsTheFormula(string subject, int days) => Assert.Equal(days, new Pseudonyms(Key, "patient").DateShift(subject, 182));

    [Fact]
    public void DateShift_IsNeverZero_AndReachesBothEnds()
    {
        Pseudonyms pseudonyms = new(Key, "d");
        int[] shifts = [.. Enumerable.Range(0, 400).Select(i => pseudonyms.DateShift($"s{i}", 3)).Distinct().Order()];
        Assert.Equal([-3, -2, -1, 1, 2, 3], shifts);
        Assert.Equal([-1, 1], Enumerable.Range(0, 50).Select(i => pseudonyms.DateShift($"s{i}", 1)).Distinct().Order());
        Assert.Throws<ArgumentOutOfRangeException>(() => pseudonyms.DateShift("s", 0));
    }

    [Fact]
    public void Of_NullStaysNull_AndEmptyIsAValue()
    {
        Pseudonyms pseudonyms = new(Key, "d");
        Assert.Null(pseudonyms.Of(null));
        Assert.StartsWith("k1:", pseudonyms.Of(""), StringComparison.Ordinal);
        Assert.Equal("k1:".Length + 43, pseudonyms.Of(new string('x', 5000))!.Length);
    }

    [Fact]
    public void KeysDomainsAndValues_AllTellApart()
    {
        PseudonymKey other = new("k1", [.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
        string[] all =
        [
            new Pseudonyms(Key, "d").Of("v"), new Pseudonyms(other, "d").Of("v"), new Pseudonyms(Key, "e").Of("v"), new Pseudonyms(Key, "d").Of("w"),
        ];
        Assert.Equal(4, all.Distinct().Count());
    }

    [Fact]
    public async Task Of_FromManyThreads_IsTheSame()
    {
        Pseudonyms pseudonyms = new(Key, "d");
        string[] expected = [.. Enumerable.Range(0, 2000).Select(i => pseudonyms.Of($"v{i}"))];
        string[][] found = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 2000).Select(i => pseudonyms.Of($"v{i}")!).ToArray())));
        Assert.All(found, f => Assert.Equal(expected, f));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\u001fb")]
    [InlineData("a\nb")]
    [InlineData("a\u0085b")]
    public void Domain_WithControlCharacters_IsRefused(string domain) => Assert.Throws<ArgumentException>(() => new Pseudonyms(Key, domain));

    [Fact]
    public void Domain_ThatIsNoText_OrTooLong_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new Pseudonyms(Key, "a\ud800"));
        Assert.Throws<ArgumentException>(() => new Pseudonyms(Key, new string('d', 257)));
    }

    [Fact]
    public void Value_ThatIsNoText_IsRefused_WithoutBeingTold()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new Pseudonyms(Key, "d").Of("secret\ud800"));
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Pseudonyms(Key, "d").DateShift("\udc00", 3));
    }
}
