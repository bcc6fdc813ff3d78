using System.Globalization;
using System.Text.RegularExpressions;

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
    private int _depth;

    public FilterParser(string text) => _scanner = new FilterScanner(text);

    /// <summary>A pattern that is not too long for SQLite.</summary>
    public static string CheckedPattern(string pattern) => pattern.Length <= LongestPattern
        ? pattern
        : throw new RunFilterException($"A pattern has at most {LongestPattern} characters, this one has {pattern.Length}.");

    public RunFilter Parse()
    {
        if (_scanner.Token == FilterToken.End)
        {
            return new EveryFilter();
        }

        RunFilter filter = Or();
        return _scanner.Token == FilterToken.End ? filter : throw _scanner.Expected("AND, OR or the end");
    }

    private RunFilter Or()
    {
        RunFilter filter = And();
        while (_scanner.IsWord("OR"))
        {
            _scanner.Read();
            filter |= And();
        }

        return filter;
    }

    private RunFilter And()
    {
        RunFilter filter = Unary();
        while (_scanner.IsWord("AND"))
        {
            _scanner.Read();
            filter &= Unary();
        }

        return filter;
    }

    private RunFilter Unary()
    {
        if (++_depth > Deepest)
        {
            throw new RunFilterException($"The filter is more than {Deepest} brackets or NOTs deep.");
        }

        RunFilter filter;
        if (_scanner.IsWord("NOT"))
        {
            _scanner.Read();
            filter = !Unary();
        }
        else if (_scanner.Token == FilterToken.Open)
        {
            _scanner.Read();
            filter = Or();
            if (_scanner.Token != FilterToken.Close)
            {
                throw _scanner.Expected("')'");
            }

            _scanner.Read();
        }
        else
        {
            filter = Test(FilterFields.Read(_scanner));
        }

        _depth--;
        return filter;
    }

    private RunFilter Test((FilterField Field, string Key) subject)
    {
        if (_scanner.IsWord("IS"))
        {
            _scanner.Read();
            return Negatable(() => _scanner.IsWord("NULL")
                ? Word(new TestFilter(subject.Field, subject.Key, FilterTest.IsMissing, null))
                : _scanner.IsWord("NAN") && subject.Field == FilterField.Metric
                    ? Word(new TestFilter(subject.Field, subject.Key, FilterTest.IsNaN, null))
                    : throw _scanner.Expected(subject.Field == FilterField.Metric ? "NULL or NAN" : "NULL"));
        }

        if (_scanner.Token == FilterToken.Operator)
        {
            return Comparison(subject);
        }

        bool isNumber = subject.Field is FilterField.Metric or FilterField.NumberAttribute;
        return Negatable(() =>
            isNumber && _scanner.IsWord("BETWEEN") ? Between(subject)
            : !isNumber && _scanner.IsWord("IN") ? In(subject)
            : !isNumber && _scanner.IsWord("LIKE") ? Like(subject, FilterTest.Like)
            : !isNumber && _scanner.IsWord("ILIKE") ? Like(subject, FilterTest.ILike)
            : throw _scanner.Expected(isNumber ? "one of = != < <= > >= BETWEEN IS" : "one of = != LIKE ILIKE IN IS"));
    }

    // A missing field satisfies neither a test nor `field NOT test`; only NOT in front of a test is the complement.
    private RunFilter Negatable(Func<RunFilter> test)
    {
        if (!_scanner.IsWord("NOT"))
        {
            return test();
        }

        _scanner.Read();
        RunFilter inner = test();
        TestFilter first = inner as TestFilter ?? (TestFilter)((JoinFilter)inner).Left;
        return first.Test == FilterTest.IsMissing ? !inner : !inner & !new TestFilter(first.Field, first.Key, FilterTest.IsMissing, null);
    }

    private RunFilter Word(RunFilter filter)
    {
        _scanner.Read();
        return filter;
    }

    private TestFilter Comparison((FilterField Field, string Key) subject)
    {
        FilterTest test = _scanner.Value switch
        {
            "=" => FilterTest.Equal,
            "!=" => FilterTest.NotEqual,
            "<" => FilterTest.Less,
            "<=" => FilterTest.LessOrEqual,
            ">" => FilterTest.Greater,
            _ => FilterTest.GreaterOrEqual,
        };
        if (subject.Field is FilterField.Metric or FilterField.NumberAttribute)
        {
            _scanner.Read();
            return new TestFilter(subject.Field, subject.Key, test, Number(subject.Field));
        }

        if (test is not (FilterTest.Equal or FilterTest.NotEqual))
        {
            throw _scanner.Expected("one of = != LIKE ILIKE IN IS");
        }

        _scanner.Read();
        return new TestFilter(subject.Field, subject.Key, test, Text());
    }

    private RunFilter Between((FilterField Field, string Key) subject)
    {
        _scanner.Read();
        double low = Number(subject.Field);
        if (!_scanner.IsWord("AND"))
        {
            throw _scanner.Expected("AND");
        }

        _scanner.Read();
        return new TestFilter(subject.Field, subject.Key, FilterTest.GreaterOrEqual, low)
            & new TestFilter(subject.Field, subject.Key, FilterTest.LessOrEqual, Number(subject.Field));
    }

    private TestFilter In((FilterField Field, string Key) subject)
    {
        _scanner.Read();
        if (_scanner.Token != FilterToken.Open)
        {
            throw _scanner.Expected("'('");
        }

        List<string> values = [];
        do
        {
            _scanner.Read();
            if (_scanner.Token == FilterToken.Close && values.Count > 0)
            {
                break;
            }

            values.Add(Text());
        }
        while (_scanner.Token == FilterToken.Comma);

        if (_scanner.Token != FilterToken.Close)
        {
            throw _scanner.Expected("',' or ')'");
        }

        _scanner.Read();
        return new TestFilter(subject.Field, subject.Key, FilterTest.In, values.ToArray());
    }

    private TestFilter Like((FilterField Field, string Key) subject, FilterTest test)
    {
        _scanner.Read();
        return new TestFilter(subject.Field, subject.Key, test, CheckedPattern(Text()));
    }

    private string Text()
    {
        if (_scanner.Token != FilterToken.Quoted)
        {
            throw _scanner.Expected("a text in quotes");
        }

        string value = _scanner.Value;
        _scanner.Read();
        return value;
    }

    private double Number(FilterField field)
    {
        string text = _scanner.Value;
        double value;
        if (_scanner.Token == FilterToken.Word && text is "NaN" or "Infinity")
        {
            value = text == "NaN" ? double.NaN : double.PositiveInfinity;
        }
        else if (_scanner.Token == FilterToken.Number && text == "-Infinity")
        {
            value = double.NegativeInfinity;
        }
        else if (_scanner.Token == FilterToken.Number && NumberForm().IsMatch(text))
        {
            value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        }
        else if (_scanner.Token == FilterToken.Quoted && field == FilterField.NumberAttribute
            && DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.RoundtripKind, out DateTimeOffset time)
            && text.Contains('-', StringComparison.Ordinal))
        {
            value = time.ToUnixTimeMilliseconds();
        }
        else
        {
            throw _scanner.Expected("a number without quotes");
        }

        _scanner.Read();
        return value;
    }

    [GeneratedRegex(@"\A-?(\d+\.?\d*|\.\d+)([eE]-?\d+)?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NumberForm();
}
