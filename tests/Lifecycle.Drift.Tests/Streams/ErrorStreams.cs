namespace Lifecycle.Drift.Tests;

/// <summary>The streams of the golden runs: SplitMix64 uniforms cut at an error rate that changes once.</summary>
internal static class ErrorStreams
{
    public static double[] Uniform(ulong seed, int count)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            ulong z = seed + (ulong)(i + 1) * 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            values[i] = (z >> 11) * (1.0 / (1UL << 53));
        }

        return values;
    }

    /// <summary>Errors of rate <paramref name="before"/>, from <paramref name="change"/> on of rate <paramref name="after"/>.</summary>
    public static double[] Changing(ulong seed, int count, int change, double before, double after)
    {
        double[] values = Uniform(seed, count);
        for (int i = 0; i < count; i++)
        {
            values[i] = values[i] < (i < change ? before : after) ? 1 : 0;
        }

        return values;
    }

    /// <summary>S(seed): 0.2, from 2,000 on 0.4, of 4,000 values.</summary>
    public static double[] Standard(ulong seed) => Changing(seed, 4000, 2000, 0.2, 0.4);

    public static int[] Alarms(StreamDetector detector, IEnumerable<double> values)
    {
        List<int> alarms = [];
        int index = 0;
        foreach (double value in values)
        {
            if (detector.Update(value) == Signal.Drift)
            {
                alarms.Add(index);
                Assert.Equal(index, detector.LastAlarm);
            }

            index++;
        }

        Assert.Equal(alarms.Count, detector.Alarms);
        return [.. alarms];
    }
}
