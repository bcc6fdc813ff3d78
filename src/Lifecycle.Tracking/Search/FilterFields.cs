namespace Lifecycle.Tracking;

/// <summary>Reads the field of a test or of an order: <c>[entity "."] key</c>.</summary>
internal sealed class FilterFields(FilterTarget target, FilterDialect dialect, bool isOrder)
{
    public (FilterField Field, string Key) Read(FilterScanner scanner)
    {
        if (scanner.Token is not (FilterToken.Word or FilterToken.Backticked))
        {
            throw scanner.Expected($"a field, for example {target.Example}");
        }

        string word = scanner.Value;
        bool isQuoted = scanner.Token == FilterToken.Backticked;
        RunFilterException broken = scanner.Expected("a field");
        int dot = isQuoted ? -1 : word.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            if (target.Entity(word) is not { } entity || (!isQuoted && target.Attribute(word, dialect, isOrder) is not null))
            {
                scanner.Read();
                return Attribute(word, broken);
            }

            if (!isQuoted)
            {
                throw scanner.Expected($"a field, for example {target.Example}");
            }

            scanner.Read();
            return Named(entity, RestOfDotted(scanner), broken);
        }

        if (target.Entity(word[..dot]) is not { } known)
        {
            throw new RunFilterException(
                $"Invalid entity type '{KeyRule.Show(word[..dot])}'. Valid values are {target.Entities}. {broken.Message}");
        }

        if (dot == word.Length - 1)
        {
            scanner.ReadKey();
            return Named(known, QuotedKey(scanner), broken);
        }

        scanner.Read();
        return Named(known, word[(dot + 1)..], broken);
    }

    // `metrics`.a: the word after the backticks begins with the dot
    private static string RestOfDotted(FilterScanner scanner)
    {
        if (scanner.Token is FilterToken.Word or FilterToken.Number && scanner.Value.StartsWith('.') && scanner.Value.Length > 1)
        {
            string key = scanner.Value[1..];
            scanner.Read();
            return key;
        }

        if (scanner.Token != FilterToken.Dot)
        {
            throw scanner.Expected("'.' and a key");
        }

        scanner.ReadKey();
        if (scanner.Token == FilterToken.Word)
        {
            string key = scanner.Value;
            scanner.Read();
            return key;
        }

        return QuotedKey(scanner);
    }

    private static string QuotedKey(FilterScanner scanner)
    {
        if (scanner.Token != FilterToken.Backticked && !(scanner.Token == FilterToken.Quoted && scanner.Quote == '"'))
        {
            throw scanner.Expected("a key, bare or in `...` or \"...\"");
        }

        string key = scanner.Value;
        if (key.Length == 0)
        {
            throw scanner.Expected("a key that is not empty");
        }

        scanner.Read();
        return key;
    }

    private (FilterField, string) Named(FilterField field, string key, RunFilterException broken) => field switch
    {
        FilterField.TextAttribute => Attribute(key, broken),
        FilterField.Dataset when !FilterTarget.DatasetFields.Contains(key) => throw new RunFilterException(
            $"Invalid dataset key '{KeyRule.Show(key)}' specified. Valid keys are {Listed(FilterTarget.DatasetFields)}."),
        _ => (field, key),
    };

    private (FilterField, string) Attribute(string name, RunFilterException broken)
    {
        if (target.Attribute(name, dialect, isOrder) is { } known)
        {
            return known;
        }

        string[] names = [.. target.Names(dialect, isOrder)];
        string nearest = names.MinBy(n => Distance(name, n))!;
        string hint = Distance(name, nearest) <= Math.Max(2, nearest.Length / 3) ? $" Did you mean '{nearest}'?" : "";
        throw new RunFilterException(
            $"Invalid attribute key '{KeyRule.Show(name)}' specified. Valid keys are {Listed(names)}.{hint} {broken.Message}");
    }

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(n => $"'{n}'"));

    // edit distance of Levenshtein, one row at a time
    private static int Distance(string text, string name)
    {
        string cut = text.Length > 40 ? text[..40] : text;
        int[] row = [.. Enumerable.Range(0, name.Length + 1)];
        for (int i = 1; i <= cut.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= name.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (cut[i - 1] == name[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[name.Length];
    }
}
