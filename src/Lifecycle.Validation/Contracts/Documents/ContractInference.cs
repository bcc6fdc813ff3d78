namespace Lifecycle.Validation;

/// <summary>Drafts a contract from rows that are known to be good.</summary>
internal static class ContractInference
{
    private const double Slack = 0.01;
    private const double Widening = 0.10;
    private const double MostDistinctShare = 0.05;

    public static ColumnContract Of(string name, IEnumerable<ColumnBatch> batches)
    {
        TableSchema? schema = null;
        List<Seen> columns = [];
        long rows = 0;
        foreach (ColumnBatch batch in batches)
        {
            if (schema is null)
            {
                schema = batch.Schema;
                columns.AddRange(schema.Select(c => new Seen(c)));
            }

            Chunk chunk = new(batch.Schema);
            for (int from = 0; from < batch.RowCount; from += RowBits.ChunkRows)
            {
                chunk.Move(new RowBatch(batch.Columns, batch.RowCount, rows), from, Math.Min(RowBits.ChunkRows, batch.RowCount - from));
                foreach (Seen column in columns)
                {
                    column.Add(chunk[batch.Schema.PositionOf(column.Name)]);
                }
            }

            rows += batch.RowCount;
        }

        if (rows == 0)
        {
            throw new ArgumentException("There is no row to infer a contract from.", nameof(batches));
        }

        ContractDefinition definition = ContractDefinition.Of(name);
        return new ColumnContract(columns.Aggregate(definition, (so, column) => so.With(column.Name, column.Rules(rows))));
    }

    private sealed class Seen(TableColumn column)
    {
        private const int MostDistinct = 50;

        private readonly HashSet<string> _texts = new(StringComparer.Ordinal);
        private readonly HashSet<double> _numbers = [];
        private readonly HashSet<long> _whole = [];
        private double _least = double.PositiveInfinity, _most = double.NegativeInfinity;
        private long _from = long.MaxValue, _to = long.MinValue;
        private long _present;

        public string Name => column.Name;

        public void Add(Cells cells)
        {
            _present += RowBits.Count(cells.Present);
            bool isText = cells.Type is ColumnType.String or ColumnType.Boolean or ColumnType.Date;
            for (int row = RowBits.Next(cells.Present, 0); row >= 0; row = row + 1 < cells.Count ? RowBits.Next(cells.Present, row + 1) : -1)
            {
                if (isText && _texts.Count <= MostDistinct)
                {
                    _texts.Add(cells.Texts()[row]!);
                }

                if (cells.IsTime)
                {
                    long ticks = cells.Ordinals()[row];
                    (_from, _to) = (Math.Min(_from, ticks), Math.Max(_to, ticks));
                }
                else if (cells.Type != ColumnType.String)
                {
                    double number = cells.Numbers()[row];
                    (_least, _most) = (Math.Min(_least, number), Math.Max(_most, number));
                    if (_numbers.Count <= MostDistinct)
                    {
                        _numbers.Add(number);
                    }

                    if (cells.Type == ColumnType.Int64 && _whole.Count <= MostDistinct)
                    {
                        _whole.Add(cells.Ordinals()[row]);
                    }
                }
            }
        }

        public TableColumnRules Rules(long rows)
        {
            TableColumnRules rules = new(column.Name);
            rules.OfType(column.Type);
            if (_present == 0)
            {
                return rules;
            }

            rules.Required(Math.Max(0, (double)_present / rows - Slack));
            bool isText = column.Type is ColumnType.String or ColumnType.Boolean or ColumnType.Date;
            int distinct = isText ? _texts.Count : Math.Max(_numbers.Count, _whole.Count);
            if (column.Type != ColumnType.DateTime && distinct <= MostDistinct && distinct <= MostDistinctShare * rows)
            {
                return isText ? rules.In([.. _texts.Order(StringComparer.Ordinal)])
                    : IsBeyondDoubles ? rules.In([.. _whole.Order().Select(w => w.ToString(System.Globalization.CultureInfo.InvariantCulture))])
                    : rules.In([.. _numbers.Order()]);
            }

            return column.Type switch
            {
                ColumnType.String or ColumnType.Boolean => rules,
                ColumnType.Date => rules.Between(DateOnly.FromDateTime(Time(_from, -1)), DateOnly.FromDateTime(Time(_to, 1))),
                ColumnType.DateTime => rules.Between(Time(_from, -1), Time(_to, 1)),
                ColumnType.Int64 when IsBeyondDoubles => rules.Between(Math.BitDecrement(_least - Widening * (_most - _least)), Math.BitIncrement(_most + Widening * (_most - _least))),
                _ when double.IsFinite(_most - _least) => rules.Between(_least - Widening * (_most - _least), _most + Widening * (_most - _least)),
                _ => rules,
            };
        }

        /// <summary>Whether a whole number may have been rounded on its way to a double.</summary>
        private bool IsBeyondDoubles => column.Type == ColumnType.Int64 && Math.Max(-_least, _most) >= 1L << 53;

        private DateTime Time(long ticks, int direction)
        {
            double moved = ticks + direction * Widening * ((double)_to - _from);
            return new DateTime((long)Math.Clamp(moved, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks - 1.0), DateTimeKind.Utc);
        }
    }
}
