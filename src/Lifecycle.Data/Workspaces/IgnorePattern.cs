using System.Text;

namespace Lifecycle.Data;

/// <summary>
/// One pattern in the syntax of <c>.gitignore</c>, as pathspec's <c>GitWildMatchPattern</c> reads it. A path is matched in one pass,
/// whatever the pattern: time grows with the length of the path times the length of the pattern, never faster.
/// </summary>
internal sealed class IgnorePattern
{
    public const int MaximumBytes = 4096;

    private readonly IgnoreAutomaton _automaton;

    private IgnorePattern(bool includes, IgnoreAutomaton automaton)
    {
        Includes = includes;
        _automaton = automaton;
    }

    /// <summary>Whether a match takes a path back in (<c>!</c>).</summary>
    public bool Includes { get; }

    /// <summary>Whether the pattern matches a relative path with <c>/</c>; a folder may be asked for with a <c>/</c> at its end.</summary>
    public bool Matches(ReadOnlySpan<char> path) => _automaton.Matches(path);

    /// <summary>Reads a line; null for a blank line, a comment and a lone <c>/</c>.</summary>
    /// <param name="line">The line.</param>
    /// <param name="folder">The folder whose file holds the line, relative to where paths begin; empty for that place itself.</param>
    /// <param name="problem">What is wrong with the line and where (1 is its first character), or null.</param>
    public static IgnorePattern? Parse(string line, string folder, out (int Column, string Reason)? problem)
    {
        problem = null;
        string text = Trim(line, out int start);
        if (text.Length == 0 || text[0] == '#' || text == "/")
        {
            return null;
        }

        if (Encoding.UTF8.GetByteCount(text) > MaximumBytes)
        {
            problem = (start + 1, $"a pattern has at most {MaximumBytes} bytes");
            return null;
        }

        bool includes = text[0] == '!';
        string pattern = includes ? text[1..] : text;
        if (pattern.Length == 0)
        {
            problem = (start + 1, "a '!' needs a pattern behind it");
            return null;
        }

        (List<Segment> segments, bool folderOnly) = Normalize(pattern, folder);
        IgnoreAutomaton.Builder builder = new();
        int? bad = Build(builder, segments, folderOnly);
        if (bad is { } column)
        {
            string reason = column < 0 ? "a pattern cannot end with '\\'; write '\\\\' for a backslash" : "a range in '[ ]' runs backwards";
            problem = (start + text.Length, reason);
            return null;
        }

        return new IgnorePattern(includes, builder.Build());
    }

    // What Python's str.strip takes away.
    private static string Trim(string line, out int start)
    {
        start = 0;
        int end = line.Length;
        while (start < end && IsBlank(line[start]))
        {
            start++;
        }

        while (end > start && IsBlank(line[end - 1]))
        {
            end--;
        }

        return line[start..end];
    }

    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    private static (List<Segment> Segments, bool FolderOnly) Normalize(string pattern, string folder)
    {
        List<Segment> segments = [.. pattern.Split('/').Select(s => new Segment(s, IsLiteral: false))];
        bool folderOnly = segments[^1].Text.Length == 0;
        if (folder.Length > 0)
        {
            // in a sub-folder: a pattern without a slash (but at its end) holds on every level below it
            bool everyLevel = pattern[0] != '/' && !pattern.AsSpan(0, pattern.Length - 1).Contains('/');
            while (segments.Count > 1 && segments[0].Text.Length == 0)
            {
                segments.RemoveAt(0);
            }

            List<Segment> prefix = [.. folder.Split('/').Select(s => new Segment(s, IsLiteral: true))];
            segments.InsertRange(0, everyLevel ? [.. prefix, Segment.Any] : prefix);
            Collapse(segments);
        }
        else
        {
            Collapse(segments);
            if (segments is [{ IsAny: true }, { Text.Length: 0 }])
            {
                return (segments, folderOnly);
            }

            if (segments[0].Text.Length == 0)
            {
                segments.RemoveAt(0);
            }
            else if (segments.Count == 1 || (segments.Count == 2 && segments[1].Text.Length == 0))
            {
                if (!segments[0].IsAny)
                {
                    segments.Insert(0, Segment.Any);
                }
            }
        }

        if (segments.Count > 1 && segments[^1].Text.Length == 0)
        {
            segments[^1] = Segment.Any;
        }

        return (segments, folderOnly);
    }

    private static void Collapse(List<Segment> segments)
    {
        for (int i = segments.Count - 1; i > 0; i--)
        {
            if (segments[i].IsAny && segments[i - 1].IsAny)
            {
                segments.RemoveAt(i);
            }
        }
    }

    // Null when the pattern is sound; -1 for an escape without a character, 0 for a range that runs backwards.
    private static int? Build(IgnoreAutomaton.Builder output, List<Segment> segments, bool folderOnly)
    {
        int end = segments.Count - 1;
        if (end == 1 && folderOnly && segments[0].IsAny && segments[1].Text.Length == 0)
        {
            // `**/`: everything that lies in a folder, and every folder
            output.AnyRun();
            output.Literal('/');
            output.AnyStar();
            return null;
        }

        bool slash = false;
        for (int i = 0; i <= end; i++)
        {
            Segment segment = segments[i];
            if (segment.IsAny)
            {
                switch (i == 0, i == end)
                {
                    case (true, true):
                        output.NameRun();
                        output.Optional(o =>
                        {
                            o.Literal('/');
                            o.AnyStar();
                        });
                        break;
                    case (true, false):
                        output.Optional(o =>
                        {
                            o.AnyRun();
                            o.Literal('/');
                        });
                        slash = false;
                        break;
                    case (false, true):
                        output.Literal('/');
                        output.AnyStar();
                        break;
                    default:
                        output.Optional(o =>
                        {
                            o.Literal('/');
                            o.AnyRun();
                        });
                        slash = true;
                        break;
                }

                continue;
            }

            if (slash)
            {
                output.Literal('/');
            }

            if (GlobSegment.Build(output, segment.Text, segment.IsLiteral) is { } bad)
            {
                return bad;
            }

            if (i == end)
            {
                output.Optional(o =>
                {
                    o.Literal('/');
                    o.AnyStar();
                });
            }

            slash = true;
        }

        return null;
    }

    private readonly record struct Segment(string Text, bool IsLiteral)
    {
        public static Segment Any => new("**", IsLiteral: false);

        public bool IsAny => !IsLiteral && Text == "**";
    }
}
