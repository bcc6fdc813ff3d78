namespace Lifecycle.Serving.Tests;

/// <summary>Waits for what another thread will do; fails after a time that no machine needs.</summary>
internal static class Eventually
{
    public static Task Holds(Func<bool> condition, string what) => Holds(condition, what, TimeSpan.FromMilliseconds(10), 3_000);

    /// <summary>As <see cref="Holds(Func{bool}, string)"/>, and looks again as soon as others had their turn.</summary>
    public static async Task HoldsAtOnce(Func<bool> condition, string what)
    {
        for (int i = 0; i < 1_000; i++)
        {
            if (condition())
            {
                return;
            }

            await Task.Yield();
        }

        await Holds(condition, what, TimeSpan.FromMilliseconds(1), 60_000);
    }

    private static async Task Holds(Func<bool> condition, string what, TimeSpan pause, int times)
    {
        for (int i = 0; i < times; i++)
        {
            if (condition())
            {
                return;
            }

            await Task.Delay(pause, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"Did not come to hold: {what}");
    }
}
