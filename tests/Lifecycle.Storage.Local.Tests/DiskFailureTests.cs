namespace Lifecycle.Storage.Local.Tests;

public sealed class DiskFailureTests
{
    private const long Much = 1L << 60;

    private static string Told(Exception cause, string folder, long wanted = 0) => DiskFailure.Of(cause, "put", "key", folder, wanted).Message;

    [Fact]
    public void ADiskThatCannotBeAsked_DoesNotReplaceTheError()
    {
        Assert.Null(DiskFailure.TryFree(""));
        Assert.Null(DiskFailure.TryFree("folder\0"));
        Assert.NotNull(DiskFailure.TryFree(Path.Combine(Path.GetTempPath(), "not", "there")));
        Assert.Contains("at least one block was to be written, how many are free is unknown.", DiskFailure.Full("", 0), StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyAnErrorWithoutACode_IsTakenForAFullDisk()
    {
        string folder = Path.GetTempPath();
        Assert.Contains(" is full: ", Told(new IOException("no code"), folder, Much), StringComparison.Ordinal);
        Assert.Contains(" is full: ", Told(new IOException("full", 28), folder), StringComparison.Ordinal);
        Assert.Contains("input/output error", Told(new IOException("input/output error", 5), folder, Much), StringComparison.Ordinal);
        Assert.Contains("no code", Told(new IOException("no code"), folder), StringComparison.Ordinal);
    }

    [Fact]
    public void AQuota_IsCalledAQuota()
    {
        IOException quota = new("over", OperatingSystem.IsMacOS() ? 69 : 122);
        Assert.Contains($"The quota of '{Environment.UserName}' on the disk that holds", Told(quota, Path.GetTempPath()), StringComparison.Ordinal);
        Assert.True(DiskFailure.IsFull(quota));
        Assert.False(DiskFailure.IsFull(new IOException("another", OperatingSystem.IsMacOS() ? 122 : 69)));
    }
}
