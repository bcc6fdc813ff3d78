using System.Text;

namespace Lifecycle.Data;

/// <summary>
/// From each value of a column to its generalizations, as k-anonymity uses them (Sweeney 2002; the CSV of ARX): a line a value, the value
/// first, then from the nearest generalization to the widest. No header; comma or semicolon; fields in double quotes where needed.
/// </summary>
public sealed class Hierarchy
{
    private const int MaximumBytes = 64 << 20;
    private const int MaximumLevels = 64;

    private Hierarchy(byte[] bytes, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        Bytes = bytes;
        Digest = Digest.Of(bytes);
        Rows = rows;
        Levels = rows[0].Count - 1;
    }

    /// <summary>SHA-256 of its bytes; stands in the plan.</summary>
    public Digest Digest { get; }

    /// <summary>How many generalizations each value has.</summary>
    public int Levels { get; }

    /// <summary>How many values it names.</summary>
    public int Count => Rows.Count;

    internal byte[] Bytes { get; }

    internal IReadOnlyList<IReadOnlyList<string>> Rows { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="PrivacyPlanException">It cannot be read or is no hierarchy; the message names the line and no value.</exception>
    public static Hierarchy Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            FileInfo file = new(path);
            return file is { Exists: true, Length: > MaximumBytes }
                ? throw new PrivacyPlanException($"The hierarchy '{path}' has {file.Length} bytes; at most {MaximumBytes} are read.")
                : Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PrivacyPlanException($"The hierarchy '{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads text.</summary>
    /// <exception cref="PrivacyPlanException">It is no hierarchy.</exception>
    public static Hierarchy Parse(string text) => Parse(Encoding.UTF8.GetBytes(text), "text");

    private static Hierarchy Parse(byte[] bytes, string name)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw new PrivacyPlanException($"The hierarchy '{name}' is not UTF-8.", error);
        }

        HierarchyLines lines = new(text.TrimStart('\ufeff'), name);
        List<IReadOnlyList<string>> rows = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        while (lines.Next() is { } row)
        {
            if (row.Count is < 2 or > MaximumLevels + 1 || (rows.Count > 0 && row.Count != rows[0].Count))
            {
                throw new PrivacyPlanException(
                    $"The hierarchy '{name}' has {row.Count} field(s) in line {lines.Line}; "
                    + $"{(rows.Count > 0 ? $"its first line has {rows[0].Count}" : $"a value and 1 to {MaximumLevels} generalizations are needed")}.");
            }

            if (!seen.Add(row[0]))
            {
                throw new PrivacyPlanException($"The hierarchy '{name}' names the value of line {lines.Line} two times.");
            }

            rows.Add(row);
        }

        return rows.Count == 0 ? throw new PrivacyPlanException($"The hierarchy '{name}' has no line.") : new Hierarchy(bytes, rows);
    }
}

/// <summary>Lines of a hierarchy as fields.</summary>
internal sealed class HierarchyLines(string text, string name)
{
    private readonly char _delimiter = Delimiter(text);
    private int _at;
    private int _next = 1;

    /// <summary>The line that <see cref="Next"/> gave, counted from 1.</summary>
    public int Line { get; private set; }

    /// <summary>The fields of the next line that is not empty; null at the end.</summary>
    public List<string>? Next()
    {
        while (_at < text.Length && text[_at] is '\n' or '\r')
        {
            _next += text[_at++] == '\n' ? 1 : 0;
        }

        if (_at == text.Length)
        {
            return null;
        }

        Line = _next;
        List<string> fields = [];
        for (; ; _at++)
        {
            fields.Add(text.AsSpan(_at).StartsWith('"') ? Quoted() : Plain());
            if (_at == text.Length || text[_at] != _delimiter)
            {
                return fields;
            }
        }
    }

    private static char Delimiter(string text)
    {
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        string first = end < 0 ? text : text[..end];
        return first.Count(c => c == ';') > first.Count(c => c == ',') ? ';' : ',';
    }

    private string Plain()
    {
        int start = _at;
        while (_at < text.Length && text[_at] != _delimiter && text[_at] is not ('\n' or '\r'))
        {
            if (char.IsControl(text[_at]))
            {
                throw new PrivacyPlanException($"The hierarchy '{name}' has a control character in line {Line}.");
            }

            _at++;
        }

        return text[start.._at];
    }

    private string Quoted()
    {
        StringBuilder field = new();
        for (_at++; _at < text.Length; _at++)
        {
            if (text[_at] != '"')
            {
                _next += text[_at] == '\n' ? 1 : 0;
                field.Append(text[_at]);
            }
            else if (_at + 1 < text.Length && text[_at + 1] == '"')
            {
                field.Append('"');
                _at++;
            }
            else
            {
                _at++;
                return _at == text.Length || text[_at] == _delimiter || text[_at] is '\n' or '\r'
                    ? field.ToString()
                    : throw new PrivacyPlanException($"The hierarchy '{name}' has text behind a closing quote in line {Line}.");
            }
        }

        throw new PrivacyPlanException($"The hierarchy '{name}' has a quote that is still open at its end; it begins in line {Line}.");
    }
}
