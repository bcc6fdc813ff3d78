namespace Lifecycle.Tracking;

/// <summary>Reads the field of a test or of an order: <c>[entity "."] key</c>.</summary>
internal static class FilterFields
{
    public static readonly IReadOnlyList<string> TextAttributes = ["run_id", "run_name", "user_id", "status", "artifact_uri", "experiment_name", "lifecycle_stage"];

    public static readonly IReadOnlyList<string> NumberAttributes = ["start_time", "end_time", "duration_ms"];

    private static readonly string[] DatasetFields = ["name", "digest", "context"];

    public static (FilterField Field, string Key) Read(FilterScanner scanner)
    {
        if (scanner.Token is not (FilterToken.Word or FilterToken.Backticked))
        {
            throw scanner.Expected("a field, for example metrics.auc");
        }

        string word = scanner.Value;
        bool isQuoted = scanner.Token == FilterToken.Backticked;
        int dot = isQuoted ? -1 : word.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            RunFilterException unknown = scanner.Expected("a field");
            if (Entity(word) is not { } entity)
            {
                scanner.Read();
                return Attribute(word, unknown);
            }

            if (!isQuoted)
            {
                throw scanner.Expected("a field, for example metrics.auc");
            }

            scanner.Read();
            return Key(scanner, entity, RestOfDotted(scanner));
        }

        if (Entity(word[..dot]) is not { } known)
        {
            throw new RunFilterException($"'{KeyRule.Show(word[..dot])}' is no kind of field. Use metrics, params, tags, attributes or datasets.");
        }

        if (dot == word.Length - 1)
        {
            scanner.ReadKey();
            return Key(scanner, known, QuotedKey(scanner));
        }

        RunFilterException broken = scanner.Expected("a field");
        scanner.Read();
        return Named(known, word[(dot + 1)..], broken);
    }

    private static (FilterField, string) Key(FilterScanner scanner, FilterField field, string key)
    {
        RunFilterException broken = scanner.Expected("a field");
        return Named(field, key, broken);
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
        scanner.Read();
        return key;
    }

    private static (FilterField, string) Named(FilterField field, string key, RunFilterException broken) => field switch
    {
        FilterField.TextAttribute => Attribute(key, broken),
        FilterField.Dataset when !DatasetFields.Contains(key) => throw new RunFilterException(
            $"'{KeyRule.Show(key)}' is no field of a dataset. Use {string.Join(", ", DatasetFields)}."),
        _ => (field, key),
    };

    private static (FilterField, string) Attribute(string name, RunFilterException broken)
    {
        string known = name switch
        {
            "created" or "Created" => "start_time",
            "run name" or "Run name" or "Run Name" => "run_name",
            _ => name,
        };
        return TextAttributes.Contains(known) ? (FilterField.TextAttribute, known)
            : NumberAttributes.Contains(known) ? (FilterField.NumberAttribute, known)
            : throw new RunFilterException(
                $"Invalid attribute key '{KeyRule.Show(name)}' specified. Valid keys are {string.Join(", ", TextAttributes.Concat(NumberAttributes))}. {broken.Message}");
    }

    private static FilterField? Entity(string word) => word switch
    {
        "metric" or "metrics" => FilterField.Metric,
        "param" or "params" or "parameter" or "parameters" => FilterField.Param,
        "tag" or "tags" => FilterField.Tag,
        "attribute" or "attributes" or "attr" or "run" => FilterField.TextAttribute,
        "dataset" or "datasets" => FilterField.Dataset,
        _ => null,
    };
}
