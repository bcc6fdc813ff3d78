namespace Lifecycle.Serving.Tests;

public sealed class CoreRingTests
{
    [Fact]
    public async Task Nothing_is_used_by_two_at_once_and_all_is_disposed_once()
    {
        List<Item> made = [];
        CoreRing<Item> ring = new(() =>
        {
            Item item = new();
            lock (made)
            {
                made.Add(item);
            }

            return item;
        });
        ring.Fill();
        int wrong = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                Item item = ring.Rent();
                if (Interlocked.Increment(ref item.Users) != 1 || item.Disposals > 0)
                {
                    Interlocked.Increment(ref wrong);
                }

                Interlocked.Decrement(ref item.Users);
                ring.Return(item);
            }
        })));
        Item late = ring.Rent();
        ring.Dispose();
        Assert.Equal(0, late.Disposals);
        ring.Return(late);
        Assert.Equal(0, wrong);
        Assert.All(made, item => Assert.Equal(1, item.Disposals));
        Assert.Throws<ObjectDisposedException>(ring.Rent);
    }

    [Fact]
    public void What_has_no_place_is_disposed()
    {
        CoreRing<Item> ring = new(() => new Item());
        Item[] many = [.. Enumerable.Range(0, 1_000).Select(_ => ring.Rent())];
        Array.ForEach(many, ring.Return);
        Assert.InRange(many.Count(i => i.Disposals == 0), 1, 8 * Environment.ProcessorCount);
        ring.Dispose();
        Assert.All(many, item => Assert.Equal(1, item.Disposals));
    }

    private sealed class Item : IDisposable
    {
        public int Users;

        public int Disposals;

        public void Dispose() => Interlocked.Increment(ref Disposals);
    }
}
