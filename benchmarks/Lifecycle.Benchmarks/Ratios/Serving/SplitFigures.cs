using System.Globalization;
using Lifecycle.Serving;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>From a routing key to its arm: time, how near the shares come to the weights, how many keys move.</summary>
internal static class SplitFigures
{
    private const string Model = "mortgage";
    private const int Keys = 1_000_000;

    private static readonly (string Arm, double Percent)[][] Splits =
    [
        [("champion", 90), ("challenger", 10)],
        [("champion", 80), ("challenger", 20)],
        [("champion", 70), ("challenger", 20), ("candidate", 10)],
    ];

    public static IEnumerable<Figure> Measure()
    {
        long seed = TrafficSplit.Seed(Model);
        Deployment[] deployments = [.. Splits.Select(s => Deployment.Initial(Model, s))];
        byte[] table = deployments[0].Table.ToArray();
        string[] keys = [.. Enumerable.Range(0, 1_024).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i:x8}-6f1a-4f0e-9d3b-{i * 7919L:x12}"))];
        int calls = ServingRounds.Calls(5_000_000);
        int sink = 0;
        double best = double.MaxValue;
        for (int round = 0; round <= ServingRounds.Count; round++)
        {
            double taken = ServingRounds.NanosecondsPerCall(calls, n => sink += Decide(table, keys, seed, n));
            best = round == 0 ? best : Math.Min(best, taken);
        }

        ServingRounds.Note($"serving.split.decision: keys of {keys[0].Length} bytes, {sink & 1023} of the last");
        yield return new Figure("serving.split.decision", best, "ns", AtLeast: false, 80);

        int[] buckets = [.. Enumerable.Range(0, Keys).Select(i => TrafficSplit.Bucket(string.Create(CultureInfo.InvariantCulture, $"user-{i}"), seed))];
        yield return new Figure("serving.split.error", deployments.Max(d => WorstError(d, buckets)), "pp", AtLeast: false, 0.1);

        Deployment grown = deployments[0].Split(Splits[1]);
        int moved = buckets.Count(b => deployments[0].Table[b] != grown.Table[b]);
        yield return new Figure("serving.split.moved", 100.0 * moved / Keys, "pp", AtLeast: false, 10.1);
    }

    private static int Decide(byte[] table, string[] keys, long seed, int calls)
    {
        int sum = 0;
        for (int i = 0; i < calls; i++)
        {
            sum += table[TrafficSplit.Bucket(keys[i & (keys.Length - 1)], seed)];
        }

        return sum;
    }

    private static double WorstError(Deployment deployment, int[] buckets)
    {
        int[] counts = new int[deployment.Arms.Count];
        foreach (int bucket in buckets)
        {
            counts[deployment.Table[bucket]]++;
        }

        return deployment.Arms.Select((arm, i) => Math.Abs((100.0 * counts[i] / Keys) - arm.Percent)).Max();
    }
}
