using Lifecycle.Drift;

namespace DriftHost;

/// <summary>What a request brings: the values of 50 sensors.</summary>
internal sealed record Reading(double[] Values)
{
    public const int Width = 50;

    /// <summary>How the columns of the profile are read from a request.</summary>
    public static void Columns(ProfileBuilder<Reading> profile)
    {
        for (int sensor = 0; sensor < Width; sensor++)
        {
            int own = sensor;
            profile.Numeric($"s{own}", r => r.Values[own]);
        }
    }

    /// <summary>Normal values; two sensors are moved by so many standard deviations.</summary>
    public static Reading[] Draw(int count, int seed, double drift = 0)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new Reading([.. Enumerable.Range(0, Width).Select(s => Normal() + (s is 7 or 31 ? drift : 0))]))];

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
