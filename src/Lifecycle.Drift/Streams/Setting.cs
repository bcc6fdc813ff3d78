using System.Runtime.CompilerServices;

namespace Lifecycle.Drift;

/// <summary>Ranges of the settings of stream detectors.</summary>
internal static class Setting
{
    public static double Positive(double value, string example, [CallerMemberName] string name = "") => value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is a positive number, for example {example}.");

    public static double NotNegative(double value, string example, [CallerMemberName] string name = "") => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is a number from 0 on, for example {example}.");

    public static double Share(double value, string example, [CallerMemberName] string name = "") => value is > 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} lies between 0 and 1, for example {example}.");

    /// <summary>A probability, 1 included.</summary>
    public static double Factor(double value, string example, [CallerMemberName] string name = "") => value is > 0 and <= 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} lies above 0 and is at most 1, for example {example}.");

    public static int Whole(int value, int least, int greatest, string example, [CallerMemberName] string name = "") => value >= least && value <= greatest
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is a whole number from {least} to {greatest}, for example {example}.");

    /// <summary>Refuses two settings that contradict each other.</summary>
    public static void AtMost(double value, double most, string name, string of, string example)
    {
        if (!(value <= most))
        {
            throw new ArgumentException(string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{name} is {value} and at most {most}, which is {of}; set both, for example {example}."));
        }
    }

    /// <summary>A window that many steps of 1 % (of 1 below 100) larger or smaller; null beyond a quarter of it or beyond its range.</summary>
    public static int? Resized(int window, int step, int least, int greatest)
    {
        int other = window + (int)Math.Round(step * Math.Max(1, window / 100.0));
        return other >= least && other <= greatest && IsNear(window, other) ? other : null;
    }

    /// <summary>Whether a setting is at most a quarter larger or smaller than another.</summary>
    public static bool IsNear(int setting, int other) => 4L * Math.Abs(other - setting) <= setting;

    public static double? Finite(double? value, string example, [CallerMemberName] string name = "") => value is not { } number || double.IsFinite(number)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is a finite number, for example {example}.");
}
