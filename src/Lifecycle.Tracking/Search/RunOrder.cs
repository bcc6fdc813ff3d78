namespace Lifecycle.Tracking;

/// <summary>One key of an order.</summary>
internal sealed record RunOrder(FilterField Field, string Key, bool IsDescending)
{
    /// <summary>Reads <c>metrics.auc DESC, start_time</c>.</summary>
    public static IReadOnlyList<RunOrder> Parse(string? text)
    {
        List<RunOrder> orders = [];
        if (string.IsNullOrWhiteSpace(text))
        {
            return orders;
        }

        FilterScanner scanner = new(text);
        while (true)
        {
            (FilterField field, string key) = FilterFields.Read(scanner);
            bool descending = scanner.IsWord("DESC");
            if (descending || scanner.IsWord("ASC"))
            {
                scanner.Read();
            }

            Add(orders, new RunOrder(field, key, descending));
            if (scanner.Token == FilterToken.End)
            {
                return orders;
            }

            if (scanner.Token != FilterToken.Comma)
            {
                throw scanner.Expected("ASC, DESC, ',' or the end");
            }

            scanner.Read();
        }
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
