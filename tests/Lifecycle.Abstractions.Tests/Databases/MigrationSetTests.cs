namespace Lifecycle.Tests;

public sealed class MigrationSetTests
{
    [Fact]
    public void Steps_AreNumberedWithoutGap()
    {
        Assert.Equal(2, new MigrationSet("data", Migration.Sqlite(1, "a", ""), Migration.Sqlite(2, "b", "")).Steps.Count);
        Assert.Contains("step 1 has the number 2", Assert.Throws<ArgumentException>(() => new MigrationSet("data", Migration.Sqlite(2, "a", ""))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new MigrationSet("data", Migration.Sqlite(1, "a", ""), Migration.Sqlite(1, "b", "")));
        Assert.Throws<InvalidNameException>(() => new MigrationSet("../data"));
    }
}
