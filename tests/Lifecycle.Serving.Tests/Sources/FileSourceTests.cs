using System.Text;

namespace Lifecycle.Serving.Tests;

public sealed class FileSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("file-source-").FullName;

    private string Model => Path.Combine(_folder, "model.stamp");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_kind_of_change_is_seen()
    {
        await WriteAsync(Model, "1");
        await using ModelHost host = await HostAsync();
        await AnswersAsync(host, "1");

        // In place.
        await WriteAsync(Model, "2");
        await AnswersAsync(host, "2");

        // An atomic rename with the same length and time.
        DateTime time = File.GetLastWriteTimeUtc(Model);
        string next = Path.Combine(_folder, "next");
        await WriteAsync(next, "3");
        File.SetLastWriteTimeUtc(next, time);
        File.Move(next, Model, overwrite: true);
        await AnswersAsync(host, "3");

        // Corrupt, then good.
        await WriteAsync(Model, "4 reject");
        await Eventually.Holds(() => host.Model("x").Versions[0].State == VersionState.Rejected, "the corrupt file is rejected");
        Assert.Equal(Digest.Of("3"u8).Hex[..12], host.Model("x").Version);
        await WriteAsync(Model, "5");
        await AnswersAsync(host, "5");

        // Gone, then back.
        File.Delete(Model);
        await Eventually.Holds(() => host.Model("x").Reason is not null, "the file is gone");
        await AnswersAsync(host, "5");
        await WriteAsync(Model, "6");
        await AnswersAsync(host, "6");

        // Back to what it was once.
        await WriteAsync(Model, "5");
        await AnswersAsync(host, "5");
        Assert.All(host.Model("x").Versions, v => Assert.NotEqual(VersionState.Failed, v.State));
    }

    [Fact]
    public async Task A_link_that_is_swapped_is_followed()
    {
        await WriteAsync(Path.Combine(_folder, "a"), "1");
        await WriteAsync(Path.Combine(_folder, "b"), "2");
        File.CreateSymbolicLink(Model, "a");
        await using ModelHost host = await HostAsync();
        await AnswersAsync(host, "1");
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), "b");
        File.Move(Path.Combine(_folder, "link"), Model, overwrite: true);
        await AnswersAsync(host, "2");
    }

    [Fact]
    public async Task The_digest_beside_the_file_is_held_against_it()
    {
        await WriteAsync(Model, "1");
        await WriteAsync(Model + ".sha256", $"{Digest.Of("1"u8).Hex}  model.stamp\n");
        await using ModelHost host = await HostAsync();
        await AnswersAsync(host, "1");
        await WriteAsync(Model, "2");
        await Eventually.Holds(() => host.Model("x").Versions[0].State == VersionState.Rejected, "the tampered file is rejected");
        Assert.StartsWith("digest: expected ", host.Model("x").Reason, StringComparison.Ordinal);
        await AnswersAsync(host, "1");
        await WriteAsync(Model + ".sha256", $"{Digest.Of("2"u8).Hex}  model.stamp\n");
        await AnswersAsync(host, "2");
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("what?", "does not begin with 64 hex digits")]
    public async Task A_required_digest_must_be_there(string? side, string reason)
    {
        await WriteAsync(Model, "1");
        if (side is not null)
        {
            await WriteAsync(Model + ".sha256", side);
        }

        await using ModelHost host = await HostAsync(requireDigest: true);
        Assert.Equal(VersionState.Rejected, host.Model("x").State);
        Assert.Contains(reason, host.Model("x").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_not_read()
    {
        await WriteAsync(Model, new string('x', 1_000));
        await using ModelHost host = await HostAsync(maximum: 999);
        Assert.Contains("1000 bytes; at most 999", host.Model("x").Reason, StringComparison.Ordinal);
    }

    private static async Task AnswersAsync(ModelHost host, string content) => await Eventually.Holds(
        () => host.Model("x").Version == Digest.Of(Encoding.UTF8.GetBytes(content)).Hex[..12]
            && host.Predictor<int, Stamped>("x").Predict(1).Version == content,
        $"'{content}' answers");

    private static async Task WriteAsync(string path, string content) => await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);

    private Task<ModelHost> HostAsync(bool requireDigest = false, long maximum = int.MaxValue) => ModelHost.StartAsync(
        h => h.UseRuntime(new StampRuntime()).Serve<int, Stamped>("x", configure: s => s.FromSource(new FileSource(Model)
        {
            PollInterval = TimeSpan.FromMilliseconds(20),
            SettleTime = TimeSpan.FromMilliseconds(20),
            RequireDigest = requireDigest,
            MaximumBytes = maximum,
        })),
        TestContext.Current.CancellationToken);
}
