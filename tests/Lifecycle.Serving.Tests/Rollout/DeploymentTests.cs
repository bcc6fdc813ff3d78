namespace Lifecycle.Serving.Tests;

public sealed class DeploymentTests
{
    private static readonly Deployment Two = Deployment.Initial("m", [("champion", 90), ("challenger", 10)]);

    public static TheoryData<(string, double)[], string> Refused => new()
    {
        { [], "The split of 'm' has 0 arms; give it 1 to 8." },
        { [("a", 99.99)], "The arms of 'm' sum to 99.99 percent; they must sum to 100." },
        { [("a", 89), ("b", 10)], "The arms of 'm' sum to 99 percent; they must sum to 100." },
        { [("a", 50), ("a", 50)], "The arm 'a' of 'm' stands twice." },
        { [("a", 100.001)], "steps of 0.01" },
        { [("a", 33.333), ("b", 66.667)], "steps of 0.01" },
        { [("a", -1), ("b", 101)], "0 to 100" },
        { [("a", double.NaN)], "0 to 100" },
        { [("", 100)], "needs the name" },
        { [.. Enumerable.Range(0, 9).Select(i => ($"a{i}", i == 0 ? 100.0 : 0))], "has 9 arms; give it 1 to 8." },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_split_that_does_not_add_up_is_refused((string, double)[] arms, string message)
    {
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Two.Split(arms)).Message, StringComparison.Ordinal);
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Deployment.Initial("m", arms)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deployment_is_read_as_it_was_written()
    {
        Deployment deployment = Two.Split(("champion", 79.99), ("challenger", 20.01)).WithShadow("candidate", 0.25).Stop("complaint \"4711\"");
        Deployment read = DeploymentJson.Read("m", DeploymentJson.Write(deployment), deployment.Table.ToArray());
        Assert.True(read.SaysTheSameAs(deployment));
        Assert.Equal("champion 79.99 %, challenger 20.01 %, shadow candidate (0.25), stopped: complaint \"4711\"", read.ToString());
        Assert.Equal(["champion", "challenger", "candidate"], read.Names);
        Assert.Null(read.WithoutShadow().Shadow);
        Assert.Throws<ArgumentException>(() => read.WithShadow("x", 0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"arms\":[]}")]
    [InlineData("{\"arms\":[{\"name\":\"a\",\"weight\":10000}]}")]
    [InlineData("{\"arms\":[{\"name\":\"a\"}]}")]
    public void A_damaged_deployment_says_what_to_do(string body)
    {
        byte[] table = new byte[TrafficSplit.Buckets];
        table[4] = 1;
        Assert.Contains("ResetAsync(\"m\")", Assert.Throws<LifecycleStorageException>(() => DeploymentJson.Read("m", body, table)).Message, StringComparison.Ordinal);
    }
}
