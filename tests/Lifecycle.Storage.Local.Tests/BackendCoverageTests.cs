using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

public sealed class BackendCoverageTests
{
    [Fact]
    public void NoPortOfThisBackend_GoesWithoutItsSpecification() =>
        Assert.Empty(BackendCoverage.Missing(typeof(LocalBlobStore).Assembly, typeof(BackendCoverageTests).Assembly));

    [Theory]
    [InlineData(typeof(LocalBlobStore), typeof(LocalBlobStoreTests))]
    [InlineData(typeof(LocalBlobUpkeep), typeof(LocalBlobUpkeepTests))]
    [InlineData(typeof(SqliteDatabase), typeof(SqliteDatabaseTests))]
    [InlineData(typeof(LocalAuditLog), typeof(LocalAuditLogTests))]
    [InlineData(typeof(LocalEvents), typeof(LocalEventsTests))]
    public void ASuiteThatIsLeftOut_IsNamed(Type implementation, Type suite)
    {
        Type[] others = [.. typeof(BackendCoverageTests).Assembly.GetTypes().Where(t => t != suite)];
        string missing = Assert.Single(BackendCoverage.Missing(typeof(LocalBlobStore).Assembly.GetTypes(), others));
        Assert.Contains(implementation.Name, missing, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAbstractOrHiddenSuite_DoesNotCount() =>
        Assert.Single(BackendCoverage.Missing([typeof(LocalBlobStore)], [typeof(BlobStoreSpecification<LocalBlobStore>), typeof(Hidden)]));

    private sealed class Hidden : BlobStoreSpecification<LocalBlobStore>
    {
        protected override LocalBlobStore Blobs => throw new NotSupportedException();

        protected override LocalBlobStore OpenAnother() => throw new NotSupportedException();

        protected override IReadOnlyList<string> Leftovers() => [];
    }
}
