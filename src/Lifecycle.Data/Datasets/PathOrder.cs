namespace Lifecycle.Data;

/// <summary>The order of paths in a tree: that of their UTF-8 bytes, which is that of their code points, without making the bytes.</summary>
internal static class PathOrder
{
    public static int Compare(string left, string right)
    {
        int common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        char a = left[common];
        char b = right[common];

        // UTF-16 puts surrogates below U+E000; in code points they stand above all of the first plane
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }
}
