using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Tests;

public sealed class LifecycleIdTests
{
    [Fact]
    public void Ids_AreOfVersionSeven_AndSortByTime()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        List<string> ids = [];
        for (int i = 0; i < 100; i++)
        {
            Guid id = LifecycleId.New(time);
            Assert.Equal(7, id.Version);
            ids.Add(id.ToString("N"));
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.StartsWith("019b76da", ids[0], StringComparison.Ordinal);
    }

    [Fact]
    public void IdsOfOneMoment_Differ()
    {
        FakeTimeProvider time = new();
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => LifecycleId.New(time)).Distinct().Count());
    }
}
