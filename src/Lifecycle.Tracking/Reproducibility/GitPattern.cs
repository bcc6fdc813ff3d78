namespace Lifecycle.Tracking;

/// <summary>
/// One pattern of an ignore or attribute file (git's <c>wildmatch</c>): <c>*</c> and <c>?</c> stay inside a segment, <c>**</c> crosses segments. A match costs at most
/// pattern length times text length.
/// </summary>
internal sealed class GitPattern
{
    private enum Kind
    {
        Letter,
        One,
        Set,
        Star,
        Folders,
        Rest,
        Never,
    }

    private readonly List<(Kind Kind, char Letter, Func<char, bool>? Set)> _parts = [];
    private readonly bool _ignoreCase;
    private readonly bool _wholePath;
    private readonly string? _plain;

    /// <summary>Reads a pattern without its leading <c>!</c>.</summary>
    /// <param name="text">As it stands in the file, unquoted.</param>
    /// <param name="ignoreCase">Whether <c>core.ignoreCase</c> is set.</param>
    public GitPattern(string text, bool ignoreCase)
    {
        _ignoreCase = ignoreCase;
        OnlyFolders = text.EndsWith('/');
        string pattern = OnlyFolders ? text[..^1] : text;
        _wholePath = pattern.Contains('/', StringComparison.Ordinal);
        pattern = pattern.StartsWith('/') ? pattern[1..] : pattern;
        _plain = pattern.AsSpan().IndexOfAny("*?[\\") < 0 ? pattern : null;
        Parse(pattern);
    }

    /// <summary>Whether the pattern ended in <c>/</c> and so matches folders alone.</summary>
    public bool OnlyFolders { get; }

    /// <summary>Whether the pattern matches.</summary>
    /// <param name="path">Relative to the folder of the file that holds the pattern.</param>
    /// <param name="isFolder">Whether the path is a folder.</param>
    public bool IsMatch(ReadOnlySpan<char> path, bool isFolder)
    {
        if (OnlyFolders && !isFolder)
        {
            return false;
        }

        ReadOnlySpan<char> text = _wholePath ? path : path[(path.LastIndexOf('/') + 1)..];
        return _plain is not null ? text.Equals(_plain, _ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal) : Simulate(text);
    }

    private bool Simulate(ReadOnlySpan<char> text)
    {
        bool[] now = new bool[_parts.Count + 1];
        bool[] next = new bool[_parts.Count + 1];
        Enter(now, 0);
        foreach (char c in text)
        {
            Array.Clear(next);
            for (int i = 0; i < _parts.Count; i++)
            {
                if (now[i])
                {
                    Step(next, i, c);
                }
            }

            (now, next) = (next, now);
        }

        return now[_parts.Count];
    }

    private void Enter(bool[] states, int state)
    {
        for (; ; state++)
        {
            states[state] = true;
            if (state == _parts.Count || _parts[state].Kind is not (Kind.Star or Kind.Folders or Kind.Rest))
            {
                return;
            }
        }
    }

    private void Step(bool[] next, int state, char c)
    {
        (Kind kind, char letter, Func<char, bool>? set) = _parts[state];
        switch (kind)
        {
            case Kind.Letter when IsEqual(letter, c):
            case Kind.One when c != '/':
            case Kind.Set when c != '/' && (set!(c) || (_ignoreCase && (set(char.ToLowerInvariant(c)) || set(char.ToUpperInvariant(c))))):
                Enter(next, state + 1);
                break;
            case Kind.Star when c != '/':
            case Kind.Rest:
                Enter(next, state);
                break;
            case Kind.Folders:
                next[state] = true;
                if (c == '/')
                {
                    Enter(next, state + 1);
                }

                break;
            default:
                break;
        }
    }

    private bool IsEqual(char a, char b) => a == b || (_ignoreCase && char.ToLowerInvariant(a) == char.ToLowerInvariant(b));

    private void Parse(string pattern)
    {
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '*')
            {
                int from = i;
                while (i + 1 < pattern.Length && pattern[i + 1] == '*')
                {
                    i++;
                }

                bool isAlone = i == from + 1 && (from == 0 || pattern[from - 1] == '/');
                if (isAlone && i + 1 < pattern.Length && pattern[i + 1] == '/')
                {
                    _parts.Add((Kind.Folders, default, null));
                    i++;
                }
                else
                {
                    _parts.Add((isAlone && i + 1 == pattern.Length ? Kind.Rest : Kind.Star, default, null));
                }
            }
            else if (c == '?')
            {
                _parts.Add((Kind.One, default, null));
            }
            else if (c == '[')
            {
                Func<char, bool>? set = ParseSet(pattern, ref i);
                _parts.Add((set is null ? Kind.Never : Kind.Set, default, set));
            }
            else if (c == '\\')
            {
                i++;
                _parts.Add(i < pattern.Length ? (Kind.Letter, pattern[i], null) : (Kind.Never, default, null));
            }
            else
            {
                _parts.Add((Kind.Letter, c, null));
            }
        }
    }

    private static Func<char, bool>? ParseSet(string pattern, ref int i)
    {
        int at = i + 1;
        bool isNegated = at < pattern.Length && pattern[at] is '!' or '^';
        at += isNegated ? 1 : 0;
        List<(char From, char To)> ranges = [];
        List<Func<char, bool>> classes = [];
        for (bool isFirst = true; at < pattern.Length && (isFirst || pattern[at] != ']'); isFirst = false, at++)
        {
            if (pattern[at] == '[' && at + 1 < pattern.Length && pattern[at + 1] == ':' && pattern.IndexOf(":]", at + 2, StringComparison.Ordinal) is > 0 and int end)
            {
                if (Named(pattern[(at + 2)..end]) is not { } named)
                {
                    return null;
                }

                classes.Add(named);
                at = end + 1;
                continue;
            }

            at += pattern[at] == '\\' ? 1 : 0;
            if (at >= pattern.Length)
            {
                return null;
            }

            char from = pattern[at];
            char to = from;
            if (at + 2 < pattern.Length && pattern[at + 1] == '-' && pattern[at + 2] != ']')
            {
                at += 2;
                at += pattern[at] == '\\' && at + 1 < pattern.Length ? 1 : 0;
                to = pattern[at];
            }

            ranges.Add((from, to));
        }

        if (at >= pattern.Length)
        {
            return null;
        }

        i = at;
        return c => (ranges.Exists(r => c >= r.From && c <= r.To) || classes.Exists(k => k(c))) != isNegated;
    }

    private static Func<char, bool>? Named(string name) => name switch
    {
        "alnum" => char.IsAsciiLetterOrDigit,
        "alpha" => char.IsAsciiLetter,
        "blank" => c => c is ' ' or '\t',
        "cntrl" => c => c < 32 || c == 127,
        "digit" => char.IsAsciiDigit,
        "graph" => c => c is > ' ' and < '\x7f',
        "lower" => char.IsAsciiLetterLower,
        "print" => c => c is >= ' ' and < '\x7f',
        "punct" => c => char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c)),
        "space" => c => c is ' ' or (>= '\t' and <= '\r'),
        "upper" => char.IsAsciiLetterUpper,
        "xdigit" => char.IsAsciiHexDigit,
        _ => null,
    };
}
