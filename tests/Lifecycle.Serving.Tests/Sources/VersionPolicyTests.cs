using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class VersionPolicyTests
{
    private static readonly ModelDemand Any = new([ModelOffer.Latest]);

    [Fact]
    public void VersionOrder_Numbers_AreOrderedByValue()
    {
        string[] ordered = ["a", "backup", "v1a", "v2-rc", "v1", "v1.0", "1.2", "v1.10", "v2", "7", "007x"];
        Assert.Equal(["007x", "a", "backup", "v1a", "v2-rc", "v1", "v1.0", "1.2", "v1.10", "v2", "7"], ordered.Order(VersionOrder.Ascending));
        Assert.Equal(["1", "2", "9", "10", "20260501", "99999999999999999999999"],
            new[] { "99999999999999999999999", "10", "9", "20260501", "2", "1" }.Order(VersionOrder.Ascending));
    }

    [Property]
    public Property VersionOrder_AnyNames_AreOrderedAsTheModelSays() => Prop.ForAll(Names(), names =>
    {
        string[] expected = [.. names.Where(n => n.All(char.IsAsciiDigit)).OrderBy(BigInteger.Parse).ThenBy(n => n, StringComparer.Ordinal)];
        string[] actual = [.. names.Order(VersionOrder.Ascending)];
        Assert.Equal(expected, actual[^expected.Length..]);
        Assert.Equal(actual, names.Reverse().Order(VersionOrder.Ascending));
        foreach (string a in names)
        {
            foreach (string b in names)
            {
                Assert.Equal(Math.Sign(VersionOrder.Ascending.Compare(a, b)), -Math.Sign(VersionOrder.Ascending.Compare(b, a)));
                Assert.Equal(a == b, VersionOrder.Ascending.Compare(a, b) == 0);
                foreach (string c in names)
                {
                    Assert.False(
                        VersionOrder.Ascending.Compare(a, b) <= 0 && VersionOrder.Ascending.Compare(b, c) <= 0 && VersionOrder.Ascending.Compare(a, c) > 0,
                        $"{a} <= {b} <= {c}");
                }
            }
        }
    });

    [Fact]
    public void Policy_Latest_TakesTheLastAndWhatIsDemanded()
    {
        string[] names = ["1", "2", "9", "10"];
        Assert.Equal(["10"], VersionPolicy.Latest().Choose(names, Any));
        Assert.Equal(["9", "10"], VersionPolicy.Latest(2).Choose(names, Any));
        Assert.Equal(["1", "10"], VersionPolicy.Latest().Choose(names, new ModelDemand(["1", "4"])));
        Assert.Equal(names, VersionPolicy.Latest(8).Choose(names, Any));
        Assert.Equal(["2", "9", "10"], VersionPolicy.All(3).Choose(names, Any));
        Assert.Equal(names, VersionPolicy.All().Choose(names, Any));
        Assert.Equal(["1", "9"], VersionPolicy.Only("9", "1", "7").Choose(names, new ModelDemand(["10"])));
        Assert.Empty(VersionPolicy.Latest().Choose([], Any));
    }

    [Fact]
    public void Policy_WrongArguments_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => VersionPolicy.Latest(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => VersionPolicy.All(65));
        Assert.Throws<ArgumentOutOfRangeException>(() => VersionPolicy.Only());
        Assert.Throws<InvalidNameException>(() => VersionPolicy.Only("../x"));
    }

    private static Arbitrary<string[]> Names() => Gen.Choose(1, 4).SelectMany(n => Gen.Elements("1", "2", "9", "10", "v", ".", "a", "0", "-").ListOf(n))
        .Select(string.Concat).Where(n => n.Length > 0).ListOf(8).Select(n => n.Distinct().ToArray()).ToArbitrary();
}
