#pragma warning disable CA2012, xUnit1031
namespace Lifecycle.Serving.Tests;

[Collection(nameof(Alone))]
public sealed class AdmissionMemoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Admission_QueueFull_RejectsAtOnce_MemoryFlat()
    {
        using SteppedRunner runner = new(a => a.QueueLength = 16, calm: false);
        EchoCall[] waiting = [.. Enumerable.Range(1, 16).Select(i => runner.Call(i))];
        TensorSet inputs = TensorSet.Of(("x", TensorValue.From<float>([1, 1], [1, 2])));
        TensorSet outputs = new();

        // Other tests of this process come and go: a leak would show in every round.
        long least = Enumerable.Range(0, 5).Min(round =>
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            for (int i = 0; i < 20_000; i++)
            {
                ValueTask refused = runner.Runner.RunAsync(inputs, outputs, 1, default, Token);
                Assert.True(refused.IsFaulted, "a refusal is there at once");
                _ = refused.AsTask().Exception;
            }

            return GC.GetTotalMemory(forceFullCollection: true) - before;
        });
        Assert.InRange(least, long.MinValue, 1 << 20);
        Assert.Equal(16, runner.Runner.Waiting);
        PredictionRejectedException error = Assert.IsType<PredictionRejectedException>(runner.Call(99).Error);
        Assert.Equal((RejectionReason.QueueFull, TimeSpan.FromSeconds(1)), (error.Reason, error.RetryAfter));
        Assert.Contains("16 calls with 128 bytes", error.Message, StringComparison.Ordinal);
        runner.StepAll();
        Assert.All(waiting, c => Assert.True(c.Answered));
        Assert.DoesNotContain(runner.Model.Runs, r => r.Contains(99));
    }
}
