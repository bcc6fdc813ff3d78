using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>How long labels of a window took, from the prediction to its label; milliseconds are kept.</summary>
/// <param name="Count">Labels.</param>
/// <param name="Median">Half of them took at most this.</param>
/// <param name="Ninety">90 % took at most this.</param>
/// <param name="NinetyNine">99 % took at most this.</param>
/// <param name="Longest">The longest.</param>
public readonly record struct LabelDelay(int Count, TimeSpan Median, TimeSpan Ninety, TimeSpan NinetyNine, TimeSpan Longest)
{
    /// <summary>The quantiles of delays: the smallest delay that at least the share of labels did not exceed.</summary>
    /// <param name="milliseconds">Delays in any order; the span is sorted.</param>
    public static LabelDelay Of(Span<long> milliseconds)
    {
        if (milliseconds.IsEmpty)
        {
            return default;
        }

        milliseconds.Sort();
        return new LabelDelay(
            milliseconds.Length, At(milliseconds, 0.5), At(milliseconds, 0.9), At(milliseconds, 0.99), TimeSpan.FromMilliseconds(milliseconds[^1]));
    }

    /// <summary>For example <c>1,200 labels, median 02:00:00, 90 % 1.00:00:00</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count:N0} labels, median {Median:c}, 90 % {Ninety:c}");

    private static TimeSpan At(ReadOnlySpan<long> sorted, double share) =>
        TimeSpan.FromMilliseconds(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)]);
}
