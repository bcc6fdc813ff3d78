using System.Globalization;
using System.Text.RegularExpressions;

namespace Lifecycle.Tracking;

internal sealed partial class FilterParser
{
    private RunFilter Test((FilterField Field, string Key) subject)
    {
        if (_scanner.Token == FilterToken.Operator)
        {
            return Comparison(subject);
        }

        bool isNumber = IsNumber(subject.Field);
        int start = _scanner.Start;
        bool negated = _scanner.IsWord("NOT");
        if (negated)
        {
            _scanner.Read();
        }

        if (!negated && _scanner.IsWord("IS"))
        {
            RefuseInStrict(start);
            _scanner.Read();
            return Is(subject);
        }

        if (isNumber && _scanner.IsWord("BETWEEN"))
        {
            RefuseInStrict(start);
            return Between(subject, negated);
        }

        if (!isNumber && _scanner.IsWord("IN"))
        {
            if (!ListsInMlflow(subject))
            {
                RefuseInStrict(start);
            }

            return In(subject, negated ? FilterTest.NotIn : FilterTest.In);
        }

        if (!isNumber && (_scanner.IsWord("LIKE") || _scanner.IsWord("ILIKE")))
        {
            if (negated)
            {
                RefuseInStrict(start);
            }

            bool folds = _scanner.IsWord("ILIKE");
            _scanner.Read();
            return new TestFilter(
                subject.Field, subject.Key, folds ? negated ? FilterTest.NotILike : FilterTest.ILike : negated ? FilterTest.NotLike : FilterTest.Like,
                CheckedPattern(Text()));
        }

        throw negated ? _scanner.Expected(isNumber ? "BETWEEN" : "IN, LIKE or ILIKE") : BadComparator(subject);
    }

    private static bool IsNumber(FilterField field) => field is FilterField.Metric or FilterField.NumberAttribute;

    private bool ListsInMlflow((FilterField Field, string Key) subject) =>
        subject.Field == FilterField.Dataset || (subject.Field == FilterField.TextAttribute && subject.Key == "run_id") || _target == FilterTarget.LoggedModels;

    private RunFilterException BadComparator((FilterField Field, string Key) subject)
    {
        string valid = IsNumber(subject.Field) ? "'>', '>=', '!=', '=', '<', '<='" : "'=', '!=', 'LIKE', 'ILIKE'";
        string more = IsStrict ? "" : IsNumber(subject.Field) ? ", 'BETWEEN', 'IS'" : ", 'IN', 'IS'";
        return _scanner.Token == FilterToken.End
            ? _scanner.Expected($"one of {valid}{more}")
            : new RunFilterException($"Invalid comparator '{KeyRule.Show(_scanner.Value)}' not one of {valid}{more}. {_scanner.Expected("a comparator").Message}");
    }

    private RunFilter Is((FilterField Field, string Key) subject)
    {
        bool negated = _scanner.IsWord("NOT");
        if (negated)
        {
            _scanner.Read();
        }

        RunFilter missing = new TestFilter(subject.Field, subject.Key, FilterTest.IsMissing, null);
        if (_scanner.IsWord("NULL"))
        {
            _scanner.Read();
            return negated ? !missing : missing;
        }

        if (_scanner.IsWord("NAN") && subject.Field == FilterField.Metric)
        {
            _scanner.Read();
            RunFilter nan = new TestFilter(subject.Field, subject.Key, FilterTest.IsNaN, null);
            return negated ? !nan & !missing : nan;
        }

        throw _scanner.Expected(subject.Field == FilterField.Metric ? "NULL or NAN" : "NULL");
    }

    private TestFilter Comparison((FilterField Field, string Key) subject)
    {
        bool isNumber = IsNumber(subject.Field);
        FilterTest test = (_scanner.Value, isNumber) switch
        {
            ("=", _) => FilterTest.Equal,
            ("!=", _) => FilterTest.NotEqual,
            ("<", true) => FilterTest.Less,
            ("<=", true) => FilterTest.LessOrEqual,
            (">", true) => FilterTest.Greater,
            (">=", true) => FilterTest.GreaterOrEqual,
            _ => throw BadComparator(subject),
        };
        _scanner.Read();
        return new TestFilter(subject.Field, subject.Key, test, isNumber ? Number(subject.Field) : Text());
    }

    private RunFilter Between((FilterField Field, string Key) subject, bool negated)
    {
        _scanner.Read();
        double low = Number(subject.Field);
        if (!_scanner.IsWord("AND"))
        {
            throw _scanner.Expected("AND");
        }

        _scanner.Read();
        double high = Number(subject.Field);
        return negated
            ? new TestFilter(subject.Field, subject.Key, FilterTest.Less, low) | new TestFilter(subject.Field, subject.Key, FilterTest.Greater, high)
            : new TestFilter(subject.Field, subject.Key, FilterTest.GreaterOrEqual, low)
                & new TestFilter(subject.Field, subject.Key, FilterTest.LessOrEqual, high);
    }

    private TestFilter In((FilterField Field, string Key) subject, FilterTest test)
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
        bool isId = IsTolerant && subject.Field == FilterField.TextAttribute && subject.Key == "run_id";
        return new TestFilter(subject.Field, subject.Key, test, isId ? values.Where(v => !v.Any(char.IsUpper)).ToArray() : values.ToArray());
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
        if (!IsStrict && _scanner.Token == FilterToken.Word && text is "NaN" or "Infinity")
        {
            value = text == "NaN" ? double.NaN : double.PositiveInfinity;
        }
        else if (!IsStrict && _scanner.Token == FilterToken.Number && text == "-Infinity")
        {
            value = double.NegativeInfinity;
        }
        else if (_scanner.Token == FilterToken.Number && NumberForm().IsMatch(text))
        {
            value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        }
        else if (!IsStrict && _scanner.Token == FilterToken.Quoted && field == FilterField.NumberAttribute
            && text.Contains('-', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.RoundtripKind, out DateTimeOffset time))
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

    [GeneratedRegex(@"\A-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE]-?[0-9]+)?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NumberForm();
}
