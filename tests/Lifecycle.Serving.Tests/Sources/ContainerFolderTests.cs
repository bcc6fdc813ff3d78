namespace Lifecycle.Serving.Tests;

public sealed class ContainerFolderTests
{
    [Theory]
    [InlineData(null, "/opt/ml/model")]
    [InlineData("", "/opt/ml/model")]
    [InlineData("/mnt/models/loans", "/mnt/models/loans")]
    [InlineData("file:///mnt/models/loans", "/mnt/models/loans")]
    public void Folder_IsThatOfTheEnvironment_OrTheUsualOne(string? variable, string folder) =>
        Assert.Equal(folder, ContainerFolder.Of(name => name == "AIP_STORAGE_URI" ? variable : null));

    [Fact]
    public void Bucket_IsRefused_WithWhatToDo()
    {
        string message = Assert.Throws<LifecycleException>(() => ContainerFolder.Of(_ => "gs://bucket/models/loans")).Message;
        Assert.Contains("AIP_STORAGE_URI is 'gs://bucket/models/loans'", message, StringComparison.Ordinal);
        Assert.Contains("FromRegistry", message, StringComparison.Ordinal);
        Assert.Contains("mount", message, StringComparison.Ordinal);
    }
}
