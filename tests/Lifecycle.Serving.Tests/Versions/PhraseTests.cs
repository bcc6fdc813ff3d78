namespace Lifecycle.Serving.Tests;

/// <summary>Messages that end with a full stop become parts of sentences that end with one.</summary>
public sealed class PhraseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("the disk is gone", "the disk is gone")]
    [InlineData("The disk is gone.", "The disk is gone")]
    [InlineData(" The disk is gone. \r\n", "The disk is gone")]
    [InlineData("expected 1.5, got ...", "expected 1.5, got ...")]
    [InlineData("use FromFile(...)", "use FromFile(...)")]
    [InlineData(".", "")]
    [InlineData("", "")]
    public void Phrase_OfAMessage_HasNoFullStopAtItsEnd(string message, string phrase) => Assert.Equal(phrase, Phrase.Of(message));

    /// <summary>Each way by which a message of others comes into a sentence of ours.</summary>
    [Fact]
    public async Task Reason_MessageEndsWithAFullStop_IsNotDoubledAnywhere()
    {
        KeptLines log = new();
        StampShelf refused = new StampShelf().Has(Throwing(new ModelRejectedException("guard: it is none."))).Points(ModelOffer.Latest, "1");
        StampSource failed = new(), broken = new();
        failed.Name(Throwing(new IOException("The disk is gone.")));
        broken.Fail(new LifecycleException("The store is away."));
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseLogging(log).Serve("refused", m => m.FromSource(refused)).Serve("failed", m => m.FromSource(failed)).Serve("broken", m => m.FromSource(broken))
                .Serve("stopped", m => m.FromFunction<int, int>("1", x => x)),
            Token);
        await host.Deployments.StopAsync("stopped", "Complaint 4711.", Token);
        Assert.Equal(
            ["version 1: guard: it is none", "version 1: IOException: The disk is gone", "source: The store is away", "stopped: Complaint 4711"],
            host.Models.Select(m => m.Reason));
        Assert.Equal("guard: it is none", host.Model("refused").Versions[0].Reason);
        List<string> said = [.. log.Lines];
        foreach (ServedModel model in host.Models)
        {
            said.Add(Assert.Throws<PredictionRejectedException>(() => host.Lease(model.Name)).Message);
        }

        said.Add((await Assert.ThrowsAsync<LifecycleException>(async () => await host.Deployments.ChangeAsync("refused", d => d.Split(("1", 100)), Token))).Message);
        said.Add((await Assert.ThrowsAsync<LifecycleException>(() => ModelHost.StartAsync(
            h => h.Configure(o => o.FailStartup = true).Serve("failed", m => m.FromSource(Again(new IOException("The disk is gone.")))), Token))).Message);
        Assert.Contains("The model 'failed' is not ready (Failed): version 1: IOException: The disk is gone.", said);
        Assert.Contains("The model 'stopped' is stopped: Complaint 4711. Deployments.ResumeAsync lets it answer again.", said);
        Assert.Contains("Model 'refused': version 1 was rejected: guard: it is none. No version answers.", said);
        Assert.Contains("Model 'broken': its source failed and is asked again: The store is away. No version answers.", said);
        Assert.Contains("The deployment of 'refused' was not changed to 1 100 %: '1' is not ready: guard: it is none.", said);
        Assert.All(said, s => Assert.DoesNotContain("..", s.Replace("...", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal));
    }

    private static StampSource Again(Exception error)
    {
        StampSource source = new();
        source.Name(Throwing(error));
        return source;
    }

    private static ModelRevision Throwing(Exception error) => ModelRevision.FromFiles("1", Digest.Of("1"u8), _ => throw error);
}
