using FsCheck.Xunit;

namespace Lifecycle.Drift.Tests;

public sealed class BinLookupTests
{
    [Property(MaxTest = 300)]
    public void A_value_lands_in_the_bin_of_the_grid(short[] cuts, short[] codes, bool isValues)
    {
        double[] edges = [.. cuts.Select(Value).Distinct().Order().Take(isValues ? 64 : 319)];
        NumericGrid grid = new(edges, [], isValues, double.MinValue, double.MaxValue);
        BinLookup lookup = new(grid);
        foreach (double value in codes.Select(Value).Concat(edges).Concat(edges.Select(Math.BitDecrement)).Concat([0.0, -0.0, double.MinValue, double.MaxValue, double.Epsilon])
            .Where(double.IsFinite))
        {
            Assert.Equal(grid.BinOf(value), lookup.BinOf(value));
        }
    }

    [Theory]
    [InlineData(320)]
    [InlineData(1280)]
    [InlineData(5120)]
    public void Quantile_grids_of_any_shape_agree(int resolution)
    {
        double[][] shapes =
        [
            Samples.Normal(20_000, 1), Samples.LogNormal(20_000, 2, 0), Samples.HeavyTailed(20_000, 3, 0), Samples.Normal(20_000, 4, shift: 1e12, scale: 1e3),
            Samples.Normal(20_000, 5, scale: 1e-300), Samples.Normal(20_000, 6, scale: 1e300), [.. Samples.LogNormal(20_000, 7, 0).Select(v => Math.Exp(v * 8))],
        ];
        foreach (double[] shape in shapes.Select(s => s.Where(double.IsFinite).ToArray()))
        {
            ReferenceProfile profile = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("x", shape)]), c => c.Resolution(resolution));
            NumericGrid grid = ((NumericColumn)profile["x"]).Grid;
            BinLookup lookup = new(grid);
            foreach (double value in shape)
            {
                Assert.Equal(grid.BinOf(value), lookup.BinOf(value));
            }
        }
    }

    /// <summary>Near and far, crowded and at the ends of the numbers.</summary>
    private static double Value(short code) => (code % 7) switch
    {
        0 => code,
        1 => code * 1e-5,
        2 => Math.Exp(code / 60.0),
        3 => -Math.Exp(code / 60.0),
        4 => Math.BitIncrement(code / 16),
        5 => code * 1e303,
        _ => 1 + code * 1e-15,
    };
}
