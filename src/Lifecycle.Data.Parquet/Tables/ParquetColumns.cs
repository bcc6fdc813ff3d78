using System.Globalization;

namespace Lifecycle.Data.Parquet;

/// <summary>The columns of a footer: those a table can hold, and what is said of the others.</summary>
internal sealed class ParquetColumns
{
    private const int MaximumFixedBytes = 1 << 20;

    private readonly List<ParquetColumn> _columns = [];
    private readonly List<TableProblem> _problems = [];
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly ParquetFooter _footer;
    private readonly long _at;

    /// <exception cref="ParquetFaultException">The footer contradicts itself, or is larger than allowed.</exception>
    public ParquetColumns(ParquetFooter footer, long at)
    {
        _footer = footer;
        _at = at;
        if (footer.Encrypted)
        {
            throw Damaged("the file is encrypted, which is not supported; write it without encryption");
        }

        int leaves = CountLeaves();
        foreach (RowGroup group in footer.Groups)
        {
            if (group.Chunks.Length != leaves)
            {
                throw Damaged($"a row group has {group.Chunks.Length} columns and the schema has {leaves}");
            }
        }

        long rows = 0;
        foreach (RowGroup group in footer.Groups)
        {
            rows = group.Rows <= long.MaxValue - rows ? rows + group.Rows : throw Damaged("the row groups claim more rows than can be counted");
        }

        if (rows != footer.Rows)
        {
            throw Damaged($"the file claims {footer.Rows} rows and its row groups have {rows}");
        }

        AddTopLevel();
        if (_columns.Count == 0)
        {
            string which = _problems.Count > 0 ? " " + _problems[0].Message : "";
            throw new ParquetFaultException(TableProblemKind.Empty, $"the file has no column that a table can hold.{which}", at);
        }
    }

    public IReadOnlyList<ParquetColumn> Columns => _columns;

    public IReadOnlyList<TableProblem> Problems => _problems;

    private int CountLeaves()
    {
        int leaves = 0;
        long announced = _footer.Schema[0].Children;
        for (int i = 1; i < _footer.Schema.Count; i++)
        {
            announced += _footer.Schema[i].Children;
            leaves += _footer.Schema[i].Children == 0 ? 1 : 0;
        }

        return announced != _footer.Schema.Count - 1
            ? throw Damaged($"the schema announces {announced} elements and has {_footer.Schema.Count - 1}")
            : leaves > ParquetLimits.Columns
            ? throw new ParquetFaultException(TableProblemKind.TooLarge, $"the file has {leaves} columns; at most {ParquetLimits.Columns} are read", _at)
            : leaves;
    }

    private void AddTopLevel()
    {
        int leaf = 0;
        for (int i = 1; i < _footer.Schema.Count; i++)
        {
            SchemaNode node = _footer.Schema[i];
            if (node.Children == 0)
            {
                AddLeaf(node, leaf++);
                continue;
            }

            Report(TableProblemKind.SkippedColumn, $"the column '{node.Name}' is nested and is left out; flatten it to read it");
            for (long left = node.Children; left > 0; left--)
            {
                i++;
                if (i >= _footer.Schema.Count)
                {
                    throw Damaged("the schema ends inside a nested column");
                }

                left += _footer.Schema[i].Children;
                leaf += _footer.Schema[i].Children == 0 ? 1 : 0;
            }
        }
    }

    private void AddLeaf(SchemaNode node, int leaf)
    {
        if (node.Type is null || node.Repetition is < 0 or > SchemaNode.Repeated)
        {
            throw Damaged($"the column '{node.Name}' has no type");
        }

        if (node.Repetition == SchemaNode.Repeated)
        {
            Report(TableProblemKind.SkippedColumn, $"the column '{node.Name}' is a list and is left out; flatten it to read it");
            return;
        }

        if (ParquetColumn.TypeOf(node) is not { } type)
        {
            Report(TableProblemKind.SkippedColumn, $"the column '{node.Name}' holds {node.Type} with a meaning that no column type stands for, and is left out");
            return;
        }

        if (node.Annotation == Annotation.Decimal)
        {
            if (node.Scale is < 0 or > 1000 || (node.Type == PhysicalType.FixedBytes && node.TypeLength is <= 0 or > 1024))
            {
                throw Damaged($"the decimal column '{node.Name}' has the scale {node.Scale} and {node.TypeLength} bytes");
            }

            Report(TableProblemKind.ConvertedColumn, $"the column '{node.Name}' is decimal and is read as Double");
        }

        if (type == ColumnType.Int32 && node.Type is (PhysicalType.ByteArray or PhysicalType.FixedBytes))
        {
            if (node.Type == PhysicalType.FixedBytes && node.TypeLength is <= 0 or > MaximumFixedBytes)
            {
                throw Damaged($"the column '{node.Name}' has cells of {node.TypeLength} bytes; 1 to {MaximumFixedBytes} are read");
            }

            Report(TableProblemKind.ConvertedColumn, $"the column '{node.Name}' holds bytes and is read as their number");
        }

        bool nullable = node.Repetition == SchemaNode.Optional && !_footer.Groups.All(g => g.Chunks[leaf].Nulls == 0);
        _columns.Add(new ParquetColumn(new TableColumn(NameOf(node.Name, _columns.Count + 1), type, nullable), node, leaf));
        CheckChunks(_columns[^1]);
    }

    private void CheckChunks(ParquetColumn column)
    {
        foreach (RowGroup group in _footer.Groups)
        {
            ColumnChunk chunk = group.Chunks[column.Leaf];
            if (chunk.Type != column.Node.Type || chunk.Values != group.Rows || chunk.Nulls is < 0 || chunk.Nulls > group.Rows)
            {
                throw Damaged(
                    $"the column '{column.Column.Name}' claims {chunk.Values} values of {chunk.Type} and {chunk.Nulls ?? 0} nulls "
                    + $"in a row group of {group.Rows} rows of {column.Node.Type}");
            }

            long cells = group.Rows > ParquetLimits.ColumnBytes ? group.Rows : group.Rows * WidthOf(column.Column.Type);
            long bytes = Math.Max(Math.Max(chunk.Compressed, chunk.Uncompressed), cells);
            if (bytes > ParquetLimits.ColumnBytes)
            {
                throw new ParquetFaultException(
                    TableProblemKind.TooLarge,
                    $"the column '{column.Column.Name}' has {bytes} bytes in one row group; at most {ParquetLimits.ColumnBytes} are read. Write smaller row groups.",
                    chunk.Start);
            }
        }
    }

    private string NameOf(string found, int position)
    {
        string stem = found.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"c{position}") : found;
        string name = stem;
        for (int n = 2; !_taken.Add(name); n++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}_{n}");
        }

        if (name != found)
        {
            string why = found.Length == 0 ? "has no name and" : $"has the name '{found}' of another and";
            Report(TableProblemKind.HeaderName, $"column {position} {why} is called '{name}'");
        }

        return name;
    }

    private void Report(TableProblemKind kind, string message)
    {
        if (_problems.Count < TableSummary.MaximumProblems)
        {
            _problems.Add(new TableProblem(kind, 1, _at, message));
        }
    }

    private ParquetFaultException Damaged(string message) => new(TableProblemKind.Damaged, message, _at);

    internal static int WidthOf(ColumnType type) => type switch
    {
        ColumnType.Boolean => sizeof(bool),
        ColumnType.Int32 or ColumnType.Single or ColumnType.Date => sizeof(int),
        _ => sizeof(long),
    };
}
