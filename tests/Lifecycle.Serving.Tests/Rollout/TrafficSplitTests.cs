using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class TrafficSplitTests
{
    private static readonly long Mortgage = TrafficSplit.Seed("mortgage");

    [Fact]
    public void The_permutation_begins_as_its_definition_says() =>
        Assert.Equal([2471, 5452, 2326, 5608, 1186, 5971, 1989, 4900, 6635, 2373], TrafficSplit.Order[..10].ToArray().Select(b => (int)b));

    [Fact]
    public void The_permutation_holds_every_bucket_once() =>
        Assert.Equal(Enumerable.Range(0, TrafficSplit.Buckets), TrafficSplit.Order.ToArray().Select(b => (int)b).Order());

    [Theory]
    [InlineData("user-0", 9622)]
    [InlineData("user-1", 2220)]
    [InlineData("user-2", 4590)]
    [InlineData("user-3", 1686)]
    [InlineData("user-4", 1661)]
    [InlineData("user-5", 3077)]
    [InlineData("user-6", 203)]
    [InlineData("user-7", 3412)]
    [InlineData("user-8", 7253)]
    [InlineData("user-9", 8626)]
    public void A_key_falls_into_its_bucket(string key, int bucket) => Assert.Equal(bucket, TrafficSplit.Bucket(key, Mortgage));

    [Fact]
    public void At_80_to_20_three_of_ten_users_are_challengers()
    {
        byte[] table = TrafficSplit.Table([8_000, 2_000]);
        Assert.Equal(["user-3", "user-6", "user-7"], Enumerable.Range(0, 10).Select(i => $"user-{i}").Where(k => table[TrafficSplit.Bucket(k, Mortgage)] == 1));
    }

    [Fact]
    public void A_million_keys_are_shared_out_and_move_as_the_oracle_says()
    {
        byte[] ten = TrafficSplit.Table([9_000, 1_000]);
        byte[] twenty = TrafficSplit.Table(ten, [0, 1], [8_000, 2_000]);
        byte[] three = TrafficSplit.Table([7_000, 2_000, 1_000]);
        byte[] shifted = TrafficSplit.Table(three, [0, 1, 2], [6_000, 3_000, 1_000]);
        int inTen = 0, inTwenty = 0, moved = 0, movedOfThree = 0;
        for (int i = 0; i < 1_000_000; i++)
        {
            int bucket = TrafficSplit.Bucket($"user-{i}", Mortgage);
            inTen += ten[bucket];
            inTwenty += twenty[bucket];
            moved += ten[bucket] == twenty[bucket] ? 0 : 1;
            movedOfThree += three[bucket] == shifted[bucket] ? 0 : 1;
        }

        Assert.Equal((99_840, 200_030, 100_190, 100_190), (Round(inTen), Round(inTwenty), Round(moved), Round(movedOfThree)));
    }

    [Fact]
    public void Ten_percent_is_inside_twenty_percent()
    {
        byte[] ten = TrafficSplit.Table([9_000, 1_000]);
        byte[] twenty = TrafficSplit.Table([8_000, 2_000]);
        Assert.All(Enumerable.Range(0, TrafficSplit.Buckets).Where(b => ten[b] == 1), b => Assert.Equal(1, twenty[b]));
    }

    /// <summary>However weights change, each arm holds its weight and exactly the sum of the gains moves.</summary>
    [Property(MaxTest = 60)]
    public Property Split_WeightChange_MovesOnlyTheGain() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
        seed =>
        {
            Random random = new(seed);
            int[] arms = [.. Enumerable.Range(0, random.Next(1, 9))];
            int[] weights = Weights(random, arms.Length);
            byte[] table = TrafficSplit.Table(weights);
            for (int step = 0; step < 4; step++)
            {
                // Some arms go, others come; the rest is carried over under its name.
                int[] next = [.. arms.Where(_ => random.Next(4) != 0)];
                next = [.. next.Concat(Enumerable.Range(arms.Max() + 1, random.Next(next.Length == 0 ? 1 : 0, 9 - next.Length)))];
                random.Shuffle(next);
                int[] nextWeights = Weights(random, next.Length);
                int[] carried = [.. arms.Select(a => Array.IndexOf(next, a))];
                byte[] nextTable = TrafficSplit.Table(table, carried, nextWeights);
                int gains = 0;
                for (int i = 0; i < next.Length; i++)
                {
                    int before = Array.IndexOf(arms, next[i]) is >= 0 and int at ? weights[at] : 0;
                    gains += Math.Max(0, nextWeights[i] - before);
                    Assert.Equal(nextWeights[i], nextTable.Count(b => b == i));
                }

                int moved = Enumerable.Range(0, TrafficSplit.Buckets).Count(b => arms[table[b]] != next[nextTable[b]]);
                Assert.Equal(gains, moved);
                (arms, weights, table) = (next, nextWeights, nextTable);
            }
        });

    private static int Round(int count) => (int)(Math.Round(count / 10.0) * 10);

    private static int[] Weights(Random random, int count)
    {
        int[] cuts = [0, .. Enumerable.Range(0, count - 1).Select(_ => random.Next(TrafficSplit.Buckets + 1)).Order(), TrafficSplit.Buckets];
        return [.. cuts.Zip(cuts.Skip(1), (a, b) => b - a)];
    }
}
