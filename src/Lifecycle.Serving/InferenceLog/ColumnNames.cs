using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>Names of columns as members are matched with them: case, <c>_</c>, <c>-</c> and blanks do not count.</summary>
internal sealed class ColumnNames : IEqualityComparer<string>
{
    private ColumnNames()
    {
    }

    public static ColumnNames Comparer { get; } = new();

    public bool Equals(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return ReferenceEquals(x, y);
        }

        int i = 0, j = 0;
        while (true)
        {
            char? a = Next(x, ref i), b = Next(y, ref j);
            if (a != b)
            {
                return false;
            }

            if (a is null)
            {
                return true;
            }
        }
    }

    public int GetHashCode([DisallowNull] string obj)
    {
        HashCode hash = default;
        int i = 0;
        while (Next(obj, ref i) is { } c)
        {
            hash.Add(c);
        }

        return hash.ToHashCode();
    }

    private static char? Next(string text, ref int at)
    {
        while (at < text.Length)
        {
            char c = text[at++];
            if (c is not ('_' or '-' or ' '))
            {
                return char.ToUpperInvariant(c);
            }
        }

        return null;
    }
}
