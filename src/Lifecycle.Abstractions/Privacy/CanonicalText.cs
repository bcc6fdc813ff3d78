using System.Text;

namespace Lifecycle;

/// <summary>
/// Unicode normalization form C. <see cref="string.Normalize()"/> does nothing in a process with InvariantGlobalization, and a pseudonym,
/// or whether two names of files are one, must not depend on that.
/// </summary>
internal static class CanonicalText
{
    private const char FirstToLookAt = '\u0300';
    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11172;
    private const int LeadFirst = 0x1100;
    private const int LeadCount = 19;
    private const int VowelFirst = 0x1161;
    private const int VowelCount = 21;
    private const int TailFirst = 0x11A7;
    private const int TailCount = 28;

    private static readonly Lazy<Table> Loaded = new(() => new Table());

    /// <summary>Whether every surrogate has its other half.</summary>
    public static bool IsUnicode(string text)
    {
        int at = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff');
        for (; at >= 0 && at < text.Length; at++)
        {
            if (char.IsSurrogate(text[at]) && (!char.IsHighSurrogate(text[at]) || ++at == text.Length || !char.IsLowSurrogate(text[at])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The text in form C; the same object when it surely is already.</summary>
    public static string Compose(string text)
    {
        // everything below U+0300 is a starter that is its own form and begins no other one's
        if (!text.AsSpan().ContainsAnyInRange(FirstToLookAt, '\uffff'))
        {
            return text;
        }

        Table table = Loaded.Value;
        List<(int Code, int Class)> points = new(text.Length + 8);
        foreach (Rune rune in text.EnumerateRunes())
        {
            Decompose(table, rune.Value, points);
        }

        Order(points);
        return Join(table, points);
    }

    private static void Decompose(Table table, int code, List<(int Code, int Class)> points)
    {
        if (code - HangulFirst is >= 0 and < HangulCount and int syllable)
        {
            points.Add((LeadFirst + (syllable / (VowelCount * TailCount)), 0));
            points.Add((VowelFirst + (syllable % (VowelCount * TailCount) / TailCount), 0));
            if (syllable % TailCount != 0)
            {
                points.Add((TailFirst + (syllable % TailCount), 0));
            }
        }
        else if (table.Decompositions.TryGetValue(code, out (int First, int Second) parts))
        {
            Decompose(table, parts.First, points);
            if (parts.Second != 0)
            {
                Decompose(table, parts.Second, points);
            }
        }
        else
        {
            points.Add((code, table.Classes.GetValueOrDefault(code)));
        }
    }

    // marks behind a starter stand in the order of their classes; equal classes keep theirs
    private static void Order(List<(int Code, int Class)> points)
    {
        for (int from = 0; from < points.Count; from++)
        {
            int end = from;
            bool isOrdered = true;
            for (; end < points.Count && points[end].Class != 0; end++)
            {
                isOrdered &= end == from || points[end - 1].Class <= points[end].Class;
            }

            if (!isOrdered)
            {
                int at = from;
                foreach ((int Code, int Class) point in points.GetRange(from, end - from).OrderBy(p => p.Class))
                {
                    points[at++] = point;
                }
            }

            from = end;
        }
    }

    private static string Join(Table table, List<(int Code, int Class)> points)
    {
        int starter = -1;
        int last = 0;
        int kept = 0;
        for (int i = 0; i < points.Count; i++)
        {
            (int code, int klass) = points[i];
            bool adjacent = starter >= 0 && kept == starter + 1;
            if (starter >= 0 && (adjacent || (last != 0 && last < klass)) && TryPair(table, points[starter].Code, code, out int composed))
            {
                points[starter] = (composed, 0);
                continue;
            }

            if (klass == 0)
            {
                starter = kept;
            }

            last = klass;
            points[kept++] = points[i];
        }

        StringBuilder result = new(kept + 4);
        Span<char> characters = stackalloc char[2];
        for (int i = 0; i < kept; i++)
        {
            result.Append(characters[..new Rune(points[i].Code).EncodeToUtf16(characters)]);
        }

        return result.ToString();
    }

    private static bool TryPair(Table table, int first, int second, out int composed)
    {
        if (first - LeadFirst is >= 0 and < LeadCount && second - VowelFirst is >= 0 and < VowelCount)
        {
            composed = HangulFirst + ((((first - LeadFirst) * VowelCount) + (second - VowelFirst)) * TailCount);
            return true;
        }

        if (first - HangulFirst is >= 0 and < HangulCount && (first - HangulFirst) % TailCount == 0 && second - TailFirst is > 0 and < TailCount)
        {
            composed = first + (second - TailFirst);
            return true;
        }

        return table.Compositions.TryGetValue((first, second), out composed);
    }

    private sealed class Table
    {
        private readonly byte[] _bytes = Convert.FromBase64String(CanonicalTable.Encoded);
        private int _at;

        public Table()
        {
            int code = 0;
            int second = 0;
            for (int left = Next(); left > 0; left--)
            {
                int step = Next();
                code += step >> 1;
                int first = code + Zigzag(Next());
                second += Zigzag(Next());
                Decompositions.Add(code, (first, second));
                if ((step & 1) == 0)
                {
                    Compositions.Add((first, second), code);
                }
            }

            int at = 0;
            for (int left = Next(); left > 0; left--)
            {
                at += Next();
                int end = at + Next();
                for (int klass = Next(); at < end; at++)
                {
                    Classes.Add(at, klass);
                }
            }
        }

        public Dictionary<int, (int First, int Second)> Decompositions { get; } = [];

        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        public Dictionary<int, int> Classes { get; } = [];

        private static int Zigzag(int value) => (value & 1) == 0 ? value >> 1 : -((value + 1) >> 1);

        private int Next()
        {
            int value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte part = _bytes[_at++];
                value |= (part & 0x7F) << shift;
                if (part < 0x80)
                {
                    return value;
                }
            }
        }
    }
}
