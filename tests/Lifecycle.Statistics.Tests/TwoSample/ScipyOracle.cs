using System.Text.Json;

namespace Lifecycle.Statistics.Tests;

/// <summary>Two-sample results of scipy 1.10.1, kept beside the tests as figures.</summary>
internal static class ScipyOracle
{
    private static readonly JsonElement Root =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "oracles", "two_sample.json"))).RootElement;

    public static IEnumerable<JsonElement> Numeric => Root.GetProperty("numeric").EnumerateArray();

    public static IEnumerable<JsonElement> Categorical => Root.GetProperty("categorical").EnumerateArray();

    public static IEnumerable<JsonElement> Large => Root.GetProperty("large").EnumerateArray();

    public static string Id(this JsonElement entry) => entry.GetProperty("id").GetString()!;

    public static double[] Sample(this JsonElement entry, string name)
    {
        JsonElement sample = entry.GetProperty(name);
        if (sample.ValueKind == JsonValueKind.Array)
        {
            return [.. sample.EnumerateArray().Select(v => v.GetDouble())];
        }

        ulong multiplier = sample.GetProperty("multiplier").GetUInt64();
        double scale = sample.GetProperty("scale").GetDouble(), offset = sample.GetProperty("offset").GetDouble();
        return [.. Enumerable.Range(1, sample.GetProperty("n").GetInt32())
            .Select(i => (uint)((ulong)i * multiplier) / 4294967296.0 * scale + offset)];
    }

    public static long[] Counts(this JsonElement entry, string name) => [.. entry.GetProperty(name).EnumerateArray().Select(v => v.GetInt64())];

    /// <summary>The expected figures of a test, or null where scipy has none.</summary>
    public static double[]? Expected(this JsonElement entry, string key)
    {
        if (!entry.GetProperty("expected").TryGetProperty(key, out JsonElement figures) || figures.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        return [.. figures.EnumerateArray().Select(v => v.GetDouble())];
    }
}
