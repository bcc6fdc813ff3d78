namespace Lifecycle.Tracking;

/// <summary>
/// Reads the text of a filter by recursive descent: <c>or := and { OR and }</c>, <c>and := unary { AND unary }</c>,
/// <c>unary := NOT unary | ( or ) | test</c>. Keywords in any case, entity words in lower case, as in MLflow.
/// </summary>
internal sealed partial class FilterParser
{
    private const int Deepest = 64;
    private const int LongestPattern = 10_000;

    private readonly FilterScanner _scanner;
    private readonly FilterDialect _dialect;
    private readonly FilterTarget _target;
    private readonly FilterFields _fields;
    private readonly bool _isEmpty;
    private int _depth;

    public FilterParser(string text, FilterDialect dialect = FilterDialect.Extended, FilterTarget? target = null)
    {
        _scanner = new FilterScanner(text, dialect);
        _dialect = dialect;
        _target = target ?? FilterTarget.Runs;
        _fields = new FilterFields(_target, dialect, isOrder: false);
        _isEmpty = text.Length == 0;
    }

    private bool IsTolerant => _dialect != FilterDialect.Extended;

    private bool IsStrict => _dialect == FilterDialect.Strict;

    /// <summary>A pattern that is not too long for SQLite.</summary>
    public static string CheckedPattern(string pattern) => pattern.Length <= LongestPattern
        ? pattern
        : throw new RunFilterException($"A pattern has at most {LongestPattern} characters, this one has {pattern.Length}.");

    public RunFilter Parse()
    {
        if (_isEmpty)
        {
            return new EveryFilter();
        }

        RunFilter? filter = _scanner.Token == FilterToken.End ? throw _scanner.Expected("a test; leave the filter empty to find everything") : Or();
        return _scanner.Token == FilterToken.End ? filter : throw Unexpected("AND, OR or the end");
    }

    private RunFilter Or()
    {
        RunFilter filter = And();
        while (_scanner.IsWord("OR"))
        {
            RefuseInStrict(_scanner.Start);
            _scanner.Read();
            filter |= And();
        }

        return filter;
    }

    private RunFilter And()
    {
        SkipAnds();
        if (IsTolerant && _depth == 0 && _scanner.Token == FilterToken.End)
        {
            return new EveryFilter();
        }

        RunFilter filter = Unary();
        while (true)
        {
            if (IsTolerant)
            {
                SkipAnds();
                if (_scanner.Token is FilterToken.End or FilterToken.Close || _scanner.IsWord("OR"))
                {
                    return filter;
                }
            }
            else if (_scanner.IsWord("AND"))
            {
                _scanner.Read();
            }
            else
            {
                return filter;
            }

            filter &= Unary();
        }
    }

    private void SkipAnds()
    {
        while (IsTolerant && _scanner.IsWord("AND"))
        {
            _scanner.Read();
        }
    }

    private RunFilter Unary()
    {
        if (++_depth > Deepest)
        {
            throw new RunFilterException($"The filter is more than {Deepest} brackets or NOTs deep.");
        }

        RunFilter filter;
        int start = _scanner.Start;
        if (_scanner.IsWord("NOT"))
        {
            RefuseInStrict(start);
            _scanner.Read();
            filter = !Unary();
        }
        else if (_scanner.Token == FilterToken.Open)
        {
            RefuseInStrict(start);
            _scanner.Read();
            filter = Or();
            if (_scanner.Token != FilterToken.Close)
            {
                throw Unexpected("')'");
            }

            _scanner.Read();
        }
        else
        {
            filter = Test(_fields.Read(_scanner));
        }

        _depth--;
        return filter;
    }

    private void RefuseInStrict(int start)
    {
        if (IsStrict)
        {
            throw new RunFilterException($"Invalid clause(s) in filter string: '{KeyRule.Show(_scanner.Written(start))}'");
        }
    }

    private RunFilterException Unexpected(string expected) => IsStrict
        ? new RunFilterException($"Invalid clause(s) in filter string: '{KeyRule.Show(_scanner.Value)}'")
        : _scanner.Expected(expected);
}
