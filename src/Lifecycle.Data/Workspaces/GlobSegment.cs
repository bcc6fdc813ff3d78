using System.Text;

namespace Lifecycle.Data;

/// <summary>What lies between two slashes of a pattern: <c>*</c>, <c>?</c>, <c>[...]</c>, <c>\</c> and plain characters.</summary>
internal static class GlobSegment
{
    /// <summary>Adds the segment; null when it is sound, -1 for an escape without a character, 0 for a range that runs backwards.</summary>
    public static int? Build(IgnoreAutomaton.Builder output, string segment, bool isLiteral)
    {
        Rune[] text = [.. segment.EnumerateRunes()];
        if (!isLiteral && segment == "*")
        {
            output.NameRun();
            return null;
        }

        for (int i = 0; i < text.Length;)
        {
            Rune c = text[i++];
            if (isLiteral)
            {
                output.Literal(c.Value);
                continue;
            }

            switch (c.Value)
            {
                case '\\':
                    if (i == text.Length)
                    {
                        return -1;
                    }

                    output.Literal(text[i++].Value);
                    break;
                case '*':
                    output.NameStar();
                    break;
                case '?':
                    output.Name();
                    break;
                case '[' when End(text, i) is { } end:
                    if (!Set(output, text.AsSpan(i, end - i)))
                    {
                        return 0;
                    }

                    i = end + 1;
                    break;
                default:
                    output.Literal(c.Value);
                    break;
            }
        }

        return null;
    }

    // Where the `]` stands that ends an expression; a `]` right at its beginning is one of its characters.
    private static int? End(Rune[] text, int start)
    {
        int i = start;
        i += i < text.Length && text[i].Value is '!' or '^' ? 1 : 0;
        i += i < text.Length && text[i].Value == ']' ? 1 : 0;
        while (i < text.Length && text[i].Value != ']')
        {
            i++;
        }

        return i < text.Length ? i : null;
    }

    private static bool Set(IgnoreAutomaton.Builder output, ReadOnlySpan<Rune> text)
    {
        bool negated = text[0].Value is '!' or '^';
        text = negated ? text[1..] : text;
        List<(int First, int Last)> ranges = [];
        for (int i = 0; i < text.Length; i++)
        {
            int first = text[i].Value;
            int last = first;
            if (i + 2 < text.Length && text[i + 1].Value == '-')
            {
                last = text[i + 2].Value;
                i += 2;
            }

            if (last < first)
            {
                return false;
            }

            ranges.Add((first, last));
        }

        output.Set(new CharacterSet([.. ranges], negated));
        return true;
    }
}

/// <summary>Characters by ranges of code points.</summary>
internal sealed class CharacterSet((int First, int Last)[] ranges, bool negated)
{
    public static CharacterSet Anything { get; } = new([], negated: true);

    public static CharacterSet NotSlash { get; } = new([('/', '/')], negated: true);

    public static CharacterSet Of(int character) => new([(character, character)], negated: false);

    public bool Contains(int character)
    {
        foreach ((int first, int last) in ranges)
        {
            if (character >= first && character <= last)
            {
                return !negated;
            }
        }

        return negated;
    }
}
