using System.Text;

namespace Lifecycle.Drift;

/// <summary>What is said about a column before its values are seen.</summary>
internal sealed record ColumnLayout(string Name, ColumnRole Role, double? Minimum = null, double? Maximum = null, bool KeepLabels = true)
{
    /// <summary>Unit of the values; null when none was declared.</summary>
    public string? Unit { get; init; }

    /// <summary>Fine bins that are wanted.</summary>
    public int Resolution { get; init; } = NumericGrid.DefaultResolution;

    /// <summary>Whether the rows stay in memory beside the profile.</summary>
    public bool KeepValues { get; init; }

    public const int MostNameBytes = 1024;

    public static string RequireName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Encoding.UTF8.GetByteCount(name) <= MostNameBytes
            ? name
            : throw new ArgumentException($"The column name '{name[..40]}...' is longer than {MostNameBytes} bytes of UTF-8. Shorten it.", nameof(name));
    }

    public static string RequireUnit(string unit)
    {
        ArgumentException.ThrowIfNullOrEmpty(unit);
        return Encoding.UTF8.GetByteCount(unit) <= NumericSketches.MostUnitBytes
            ? unit
            : throw new ArgumentException($"The unit '{unit[..16]}...' is longer than {NumericSketches.MostUnitBytes} bytes of UTF-8. Shorten it.", nameof(unit));
    }

    public static void RequireRange(double minimum, double maximum)
    {
        if (!(minimum <= maximum) || double.IsInfinity(minimum) || double.IsInfinity(maximum))
        {
            throw new ArgumentOutOfRangeException(
                nameof(minimum), $"The declared range {minimum} to {maximum} is empty or not finite. Give finite numbers, the smaller first, for example 0 and 120.");
        }
    }
}
