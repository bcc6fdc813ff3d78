namespace Lifecycle.Tests;

public sealed class ExitCodeTests
{
    private static readonly int[] ByUrgency = [2, 1, 3, 11, 13, 10, 12, 14];

    [Fact]
    public void TheFirstOfTheOrder_Wins()
    {
        for (int i = 0; i < ByUrgency.Length; i++)
        {
            Assert.Equal(ByUrgency[i], ExitCode.MostUrgent([.. ByUrgency[i..].Reverse(), 0]));
        }
    }

    [Fact]
    public void Nothing_IsDone()
    {
        Assert.Equal(0, ExitCode.MostUrgent());
        Assert.Equal(0, ExitCode.MostUrgent(0, 0));
    }

    [Fact]
    public void TheNumbers_AreFixed() => Assert.Equal(
        [0, 1, 2, 3, 10, 11, 12, 13, 14],
        new[]
        {
            ExitCode.Done, ExitCode.Transient, ExitCode.Usage, ExitCode.Missing, ExitCode.GateFailed, ExitCode.ContractBroken,
            ExitCode.DecisionPending, ExitCode.EnvelopeViolated, ExitCode.LeaseHeld,
        });
}
