namespace Lifecycle.Tracking;

/// <summary>One key of an order.</summary>
internal sealed record RunOrder(FilterField Field, string Key, bool IsDescending)
{
    /// <summary>Reads <c>metrics.auc DESC, start_time</c>.</summary>
    public static IReadOnlyList<RunOrder> Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? [] : Parse([text], FilterDialect.Extended, FilterTarget.Runs);

    /// <summary>Reads a list of keys; a text may hold several, but for MLflow, where each is one.</summary>
    public static IReadOnlyList<RunOrder> Parse(IReadOnlyList<string> texts, FilterDialect dialect, FilterTarget target)
    {
        List<RunOrder> orders = [];
        foreach (string text in texts)
        {
            ArgumentNullException.ThrowIfNull(text, nameof(texts));
            FilterScanner scanner = new(text, dialect);
            FilterFields fields = new(target, dialect, isOrder: true);
            while (true)
            {
                (FilterField field, string key) = fields.Read(scanner);
                bool descending = scanner.IsWord("DESC");
                if (descending || scanner.IsWord("ASC"))
                {
                    scanner.Read();
                }

                Add(orders, new RunOrder(field, key, descending));
                if (scanner.Token == FilterToken.End)
                {
                    break;
                }

                if (scanner.Token != FilterToken.Comma || dialect != FilterDialect.Extended)
                {
                    throw new RunFilterException(
                        $"Invalid order_by clause '{KeyRule.Show(text)}'. {scanner.Expected(dialect == FilterDialect.Extended ? "ASC, DESC, ',' or the end" : "ASC, DESC or the end").Message}");
                }

                scanner.Read();
            }
        }

        return orders;
    }

    public static void Add(List<RunOrder> orders, RunOrder order)
    {
        if (order.Field == FilterField.Dataset)
        {
            throw new RunFilterException("Runs cannot be ordered by a dataset: a run may use several.");
        }

        if (orders.Any(o => o.Field == order.Field && o.Key == order.Key))
        {
            throw new RunFilterException($"The order names '{KeyRule.Show(order.Key)}' twice.");
        }

        orders.Add(order);
    }
}
