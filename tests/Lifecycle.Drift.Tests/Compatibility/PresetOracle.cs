using System.Text.Json;

namespace Lifecycle.Drift.Tests;

/// <summary>Figures of the two tools' formulas, computed with scipy and numpy apart from this code; the file says how.</summary>
internal static class PresetOracle
{
    private static readonly JsonElement Root = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(CpsTable.Root(), "tests", "Lifecycle.Drift.Tests", "oracles", "presets.json"))).RootElement;

    public static IEnumerable<JsonElement> Cases => Root.GetProperty("cases").EnumerateArray();

    public static IEnumerable<JsonElement> Variations => Root.GetProperty("tvd").EnumerateArray();

    public static IEnumerable<JsonElement> Large => Root.GetProperty("large").EnumerateArray();

    public static ColumnBatch Rows(JsonElement entry, int side)
    {
        ulong seed = entry.GetProperty("seeds")[side].GetUInt64();
        int count = entry.GetProperty("sizes")[side].GetInt32();
        double shift = side == 0 ? 0 : entry.GetProperty("shift").GetDouble();
        return entry.TryGetProperty("labels", out JsonElement labels)
            ? new ColumnBatch([BatchColumn.Of<string>("x", Labels(labels.GetInt32(), Uniform(seed, count), shift))])
            : new ColumnBatch([BatchColumn.Of<double>("x", Numbers(entry.GetProperty("kind").GetString()!, seed, count, shift))]);
    }

    /// <summary>x_i = ((i · multiplier) mod 2^32)/2^32 · scale + offset, i = 1..n.</summary>
    public static double[] Lattice(int count, ulong multiplier, double scale, double offset) =>
        [.. Enumerable.Range(1, count).Select(i => (uint)((ulong)i * multiplier) / 4294967296.0 * scale + offset)];

    private static double[] Numbers(string kind, ulong seed, int count, double shift)
    {
        if (kind == "sum")
        {
            double[] u = Uniform(seed, 3 * count);
            return [.. Enumerable.Range(0, count).Select(i => u[3 * i] + u[3 * i + 1] + u[3 * i + 2] + shift)];
        }

        return [.. Uniform(seed, count).Select(u => kind switch
        {
            "ties" => Math.Floor(u * 30) / 4 + shift,
            "few" => Math.Floor((shift > 0 ? u * u : u) * 4),
            "two" => u < 0.9375 ? Math.Floor(u * 2 + (shift > 0 ? 0.125 : 0)) : 1,
            _ => 1 / (u + 0.001) + shift,
        })];
    }

    private static string[] Labels(int labels, double[] uniform, double shift) =>
        [.. uniform.Select(u => ((int)Math.Floor((shift > 0 ? u * u : u) * labels)).ToString(System.Globalization.CultureInfo.InvariantCulture))];

    private static double[] Uniform(ulong seed, int count)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            ulong z = seed + ((ulong)i + 1) * 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            values[i] = (z >> 11) * (1.0 / (1UL << 53));
        }

        return values;
    }
}
