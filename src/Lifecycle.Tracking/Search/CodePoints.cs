namespace Lifecycle.Tracking;

/// <summary>Compares texts as SQLite does: by code points, where .NET compares halves of surrogate pairs.</summary>
internal static class CodePoints
{
    public static int Compare(string a, string b)
    {
        int common = a.AsSpan().CommonPrefixLength(b);
        return common == a.Length || common == b.Length ? a.Length.CompareTo(b.Length) : Weight(a[common]).CompareTo(Weight(b[common]));
    }

    // Surrogates stand for the highest code points but lie below U+E000.
    private static int Weight(char c) => c >= '\uE000' ? c - 0x800 : c >= '\uD800' ? c + 0x2000 : c;
}
