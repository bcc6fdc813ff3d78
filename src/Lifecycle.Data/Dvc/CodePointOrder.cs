namespace Lifecycle.Data;

/// <summary>Text by its code points, which is also the order of its UTF-8 bytes and that of Python; UTF-16 order puts surrogates too early.</summary>
internal sealed class CodePointOrder : IComparer<string>
{
    public static CodePointOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x;
        ReadOnlySpan<char> b = y;
        int same = a.CommonPrefixLength(b);
        return same == a.Length || same == b.Length ? a.Length.CompareTo(b.Length) : Weight(a[same]).CompareTo(Weight(b[same]));
    }

    private static int Weight(char c) => c < 0xD800 ? c : c < 0xE000 ? c + 0x2000 : c - 0x800;
}
