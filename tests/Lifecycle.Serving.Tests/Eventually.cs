namespace Lifecycle.Serving.Tests;

/// <summary>Waits for what another thread will do; fails after a time that no machine needs.</summary>
internal static class Eventually
{
    public static async Task Holds(Func<bool> condition, string what)
    {
        for (int i = 0; i < 3_000; i++)
        {
            if (condition())
            {
                return;
            }

            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"Did not come to hold: {what}");
    }
}
