using System.Globalization;
using System.Text;

namespace Lifecycle.Validation;

/// <summary>Names of metrics with arguments: <c>TruePositiveRate(cat)</c>; a comma, a bracket or a backslash in an argument gets a backslash before it.</summary>
internal static class MetricName
{
    public static string Of(string family, params IEnumerable<string> arguments) => $"{family}({string.Join(",", arguments.Select(Escape))})";

    public static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Family and arguments; null when the name has none.</summary>
    public static (string Family, string[] Arguments)? Split(string name)
    {
        int open = name.IndexOf('(', StringComparison.Ordinal);
        if (open <= 0 || name[^1] != ')')
        {
            return null;
        }

        List<string> arguments = [];
        StringBuilder argument = new();
        for (int i = open + 1; i < name.Length - 1; i++)
        {
            if (name[i] == '\\' && i + 1 < name.Length - 1)
            {
                argument.Append(name[++i]);
            }
            else if (name[i] == ',')
            {
                arguments.Add(argument.ToString());
                argument.Clear();
            }
            else
            {
                argument.Append(name[i]);
            }
        }

        arguments.Add(argument.ToString());
        return (name[..open], [.. arguments]);
    }

    private static string Escape(string argument)
    {
        StringBuilder escaped = new();
        foreach (char c in argument)
        {
            escaped.Append(c is ',' or '(' or ')' or '\\' ? "\\" : "").Append(c);
        }

        return escaped.ToString();
    }
}
