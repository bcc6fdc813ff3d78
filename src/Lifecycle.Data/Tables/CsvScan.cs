using System.Text;

namespace Lifecycle.Data;

/// <summary>Header, row count, types and problems of a CSV, found while its bytes go by.</summary>
internal sealed class CsvScan : TableScan
{
    private readonly string _path;
    private readonly CsvFeed _feed;
    private readonly NullRule _nulls;
    private readonly List<TableProblem> _problems = [];
    private List<string>? _names;
    private TypeTrial[] _trials = [];
    private long _rows;

    public CsvScan(string path, CsvOptions options)
    {
        _path = path;
        _nulls = new NullRule(options);
        _feed = new CsvFeed(options, OnRow, Report);
    }

    public override void Write(ReadOnlySpan<byte> bytes) => _feed.Write(bytes);

    public override TableSummary Complete()
    {
        _feed.Complete();
        if (_names is null && _problems.Count == 0)
        {
            Report(new TableProblem(TableProblemKind.Empty, 1, 0, "the file holds no row, not even a header"));
        }

        TableSchema schema = new((_names ?? []).Select((name, i) => _trials[i].Column(name)));
        return new TableSummary(_path, CsvFormat.FormatName, _rows, schema, _feed.Resolved, _problems);
    }

    private void OnRow(CsvTokenizer row)
    {
        if (_names is null)
        {
            if (row.IsBlank)
            {
                return;
            }

            Begin(row);
            if (_feed.Resolved.HasHeader)
            {
                return;
            }
        }

        if (CsvFormat.IsSkipped(row, _trials.Length))
        {
            return;
        }

        _rows++;
        if (row.FieldCount != _trials.Length)
        {
            Report(CsvFormat.Ragged(row, _trials.Length));
            return;
        }

        for (int i = 0; i < _trials.Length; i++)
        {
            _trials[i].Add(row.Field(i), row.IsQuoted(i));
        }
    }

    private void Begin(CsvTokenizer row)
    {
        _names = CsvFormat.Names(row, _feed.Resolved.HasHeader, Report);
        _trials = new TypeTrial[_names.Count];
        for (int i = 0; i < _trials.Length; i++)
        {
            _trials[i] = new TypeTrial(_nulls);
        }
    }

    private void Report(TableProblem problem)
    {
        if (_problems.Count < TableSummary.MaximumProblems)
        {
            _problems.Add(problem);
        }
    }
}
