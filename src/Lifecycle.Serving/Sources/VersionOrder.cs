using System.Globalization;
using System.Numerics;

namespace Lifecycle.Serving;

/// <summary>
/// The order of version names, oldest first: names that are no numbers by their characters, then <c>v1.2</c> and the like by their numbers,
/// then plain numbers by their value. So a folder <c>backup</c> is never newer than <c>7</c>.
/// </summary>
internal sealed class VersionOrder : IComparer<string>
{
    public static VersionOrder Ascending { get; } = new();

    public int Compare(string? x, string? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        (int kindOfX, string[] numbersOfX) = Parse(x);
        (int kindOfY, string[] numbersOfY) = Parse(y);
        int order = kindOfX.CompareTo(kindOfY);
        for (int i = 0; order == 0 && i < Math.Max(numbersOfX.Length, numbersOfY.Length); i++)
        {
            order = Number(numbersOfX, i).CompareTo(Number(numbersOfY, i));
        }

        return order != 0 ? order : string.CompareOrdinal(x, y);
    }

    private static BigInteger Number(string[] numbers, int index) =>
        index < numbers.Length ? BigInteger.Parse(numbers[index], NumberStyles.None, CultureInfo.InvariantCulture) : BigInteger.MinusOne;

    private static (int Kind, string[] Numbers) Parse(string name)
    {
        if (IsNumber(name))
        {
            return (2, [name]);
        }

        string[] numbers = (name[0] == 'v' ? name[1..] : name).Split('.');
        return numbers.All(n => IsNumber(n)) ? (1, numbers) : (0, []);
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');
}
