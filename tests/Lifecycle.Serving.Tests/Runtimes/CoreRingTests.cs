using System.Collections.Concurrent;

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

    [Fact]
    public async Task Whatever_is_done_at_once_nothing_is_shared_and_all_is_disposed_once()
    {
        for (int round = 0; round < 100; round++)
        {
            ConcurrentBag<Item> made = [];
            CoreRing<Item> ring = new(() =>
            {
                Item item = new();
                made.Add(item);
                return item;
            });
            int wrong = 0;
            Task[] users = [.. Enumerable.Range(0, 4).Select(user => Task.Run(() =>
            {
                Random random = new((round * 4) + user);
                List<Item> held = [];
                try
                {
                    for (int i = 0; i < 500; i++)
                    {
                        switch (random.Next(8))
                        {
                            case < 4:
                                Item item = ring.Rent();
                                if (Interlocked.Increment(ref item.Users) != 1 || item.Disposals > 0)
                                {
                                    Interlocked.Increment(ref wrong);
                                }

                                held.Add(item);
                                break;
                            case 4 when held.Count > 0:
                                Interlocked.Decrement(ref held[^1].Users);
                                ring.Discard(held[^1]);
                                held.RemoveAt(held.Count - 1);
                                break;
                            case 5:
                                ring.Fill();
                                break;
                            default:
                                Give(held.Count / 2);
                                break;
                        }
                    }
                }
                catch (ObjectDisposedException)
                {
                }

                Give(0);

                void Give(int keep)
                {
                    while (held.Count > keep)
                    {
                        Interlocked.Decrement(ref held[0].Users);
                        ring.Return(held[0]);
                        held.RemoveAt(0);
                    }
                }
            }))];
            if (round % 2 == 0)
            {
                await Task.WhenAny(users);
            }

            ring.Dispose();
            await Task.WhenAll(users);
            Assert.Equal(0, wrong);
            Assert.All(made, item => Assert.Equal(1, item.Disposals));
        }
    }

    [Fact]
    public void What_is_discarded_makes_room_for_a_new_one()
    {
        int made = 0;
        CoreRing<Item> ring = new(() =>
        {
            made++;
            return new Item();
        });
        ring.Fill();
        int filled = made;
        for (int i = 0; i < 10; i++)
        {
            Item broken = ring.Rent();
            ring.Discard(broken);
            Assert.Equal(1, broken.Disposals);
            ring.Return(ring.Rent());
        }

        Assert.InRange(made, filled + 1, filled + 10);
        ring.Dispose();
    }

    [Fact]
    public void A_maker_that_throws_is_asked_again()
    {
        int asked = 0;
        CoreRing<Item> ring = new(() => asked++ == 0 ? throw new IOException("not now") : new Item());
        Assert.Throws<IOException>(ring.Rent);
        Item item = ring.Rent();
        ring.Return(item);
        ring.Dispose();
        Assert.Equal(1, item.Disposals);
    }

    private sealed class Item : IDisposable
    {
        public int Users;

        public int Disposals;

        public void Dispose() => Interlocked.Increment(ref Disposals);
    }
}
