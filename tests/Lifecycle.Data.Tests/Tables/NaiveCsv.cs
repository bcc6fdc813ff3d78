using System.Text;

namespace Lifecycle.Data.Tests;

/// <summary>The slow way to read a CSV: one character after the other over the whole text.</summary>
internal static class NaiveCsv
{
    public static List<List<(string Text, bool Quoted)>> Read(string text, char delimiter)
    {
        List<List<(string, bool)>> rows = [];
        int i = 0;
        while (i < text.Length)
        {
            List<(string, bool)> row = [];
            while (true)
            {
                StringBuilder field = new();
                bool quoted = i < text.Length && text[i] == '"';
                if (quoted)
                {
                    i++;
                    while (!(text[i] == '"' && !(i + 1 < text.Length && text[i + 1] == '"')))
                    {
                        i += text[i] == '"' ? 1 : 0;
                        field.Append(text[i++]);
                    }

                    i++;
                }

                while (i < text.Length && text[i] != delimiter && text[i] != '\n' && !(text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n'))
                {
                    field.Append(text[i++]);
                }

                row.Add((field.ToString(), quoted));
                if (i < text.Length && text[i] == delimiter)
                {
                    i++;
                    continue;
                }

                i += i < text.Length && text[i] == '\r' ? 2 : 1;
                break;
            }

            rows.Add(row);
        }

        return rows;
    }

    public static string Write(IEnumerable<IEnumerable<string>> rows, char delimiter, string newline) =>
        string.Concat(rows.Select(r => string.Join(delimiter, r.Select(f => "\"" + f.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"")) + newline));
}
