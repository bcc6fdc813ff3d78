using System.Text;
using System.Text.RegularExpressions;

namespace Lifecycle.Data.Tests;

/// <summary>The rules of patterns as a translation into a regular expression; slow and plain.</summary>
internal static class NaiveIgnore
{
    public static string Translate(string line)
    {
        List<string> parts = [.. line.Split('/')];
        for (int i = parts.Count - 1; i > 0; i--)
        {
            if (parts[i] == "**" && parts[i - 1] == "**")
            {
                parts.RemoveAt(i);
            }
        }

        if (parts is ["**", ""])
        {
            return "^.+/.*$";
        }

        if (parts[0].Length == 0)
        {
            parts.RemoveAt(0);
        }
        else if ((parts.Count == 1 || parts is [_, ""]) && parts[0] != "**")
        {
            parts.Insert(0, "**");
        }

        if (parts.Count > 1 && parts[^1].Length == 0)
        {
            parts[^1] = "**";
        }

        StringBuilder output = new("^");
        bool slash = false;
        for (int i = 0; i < parts.Count; i++)
        {
            bool last = i == parts.Count - 1;
            if (parts[i] == "**")
            {
                output.Append((i == 0, last) switch
                {
                    (true, true) => "[^/]+(?:/.*)?",
                    (true, false) => "(?:.+/)?",
                    (false, true) => "/.*",
                    _ => "(?:/.+)?",
                });
                slash = !last && i > 0;
                continue;
            }

            output.Append(slash ? "/" : "").Append(parts[i] == "*" ? "[^/]+" : Segment(parts[i])).Append(last ? "(?:/.*)?" : "");
            slash = true;
        }

        return output.Append('$').ToString();
    }

    private static string Segment(string text) => Regex.Replace(text, @"\\(.)|\[!?[^]]+\]|.", m => m.Value switch
    {
        "*" => "[^/]*",
        "?" => "[^/]",
        ['\\', _] => Regex.Escape(m.Value[1..]),
        ['[', '!', ..] => "[^" + m.Value[2..],
        ['[', _, ..] => m.Value,
        _ => Regex.Escape(m.Value),
    });
}
