namespace Lifecycle.Drift;

/// <summary>
/// Places of values in their bin as whole numbers, so that sums of them do not depend on the order in which profiles are merged.
/// </summary>
internal static class BinOffset
{
    public const double Unit = 1 << 20;

    // A value may lie outside its bin only where a shard goes beyond the data that the grid was made from.
    private const double Most = 1L << 34;

    public static long Of(NumericGrid grid, int bin, double value)
    {
        (double low, double high) = grid.Ends(bin);
        double width = Width(grid, low, high);
        double offset = (double.IsFinite(value - low) ? (value - low) / width : (0.5 * value - 0.5 * low) / (0.5 * width)) * Unit;
        return double.IsNaN(offset) ? 0 : (long)Math.Round(Math.Clamp(offset, -Most, Most));
    }

    public static double Width(NumericGrid grid, double low, double high)
    {
        double width = high - low;
        if (!(width > 0))
        {
            width = grid.High - grid.Low;
        }

        return width > 0 ? Math.Min(width, double.MaxValue) : 1;
    }
}
