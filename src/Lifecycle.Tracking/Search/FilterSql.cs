using System.Text;

namespace Lifecycle.Tracking;

/// <summary>A filter as a condition of SQL; who asks says how one test is written.</summary>
internal sealed class FilterSql
{
    private readonly StringBuilder _sql = new();
    private readonly Func<TestFilter, string> _test;

    private FilterSql(Func<TestFilter, string> test) => _test = test;

    public static string Of(RunFilter filter, Func<TestFilter, string> test)
    {
        FilterSql made = new(test);
        made.Write(filter);
        return made._sql.ToString();
    }

    /// <summary>The parts of a chain of ANDs, or of ORs, from left to right.</summary>
    public static List<RunFilter> Parts(RunFilter filter, bool isAnd)
    {
        List<RunFilter> parts = [];
        Stack<RunFilter> open = new([filter]);
        while (open.TryPop(out RunFilter? next))
        {
            if (next is JoinFilter join && join.IsAnd == isAnd)
            {
                open.Push(join.Right);
                open.Push(join.Left);
            }
            else if (!isAnd || next is not EveryFilter)
            {
                parts.Add(next);
            }
        }

        return parts;
    }

    /// <summary>All tests of a filter, from left to right.</summary>
    public static IEnumerable<TestFilter> Tests(RunFilter filter)
    {
        Stack<RunFilter> open = new([filter]);
        while (open.TryPop(out RunFilter? next))
        {
            switch (next)
            {
                case NotFilter not:
                    open.Push(not.Inner);
                    break;
                case JoinFilter join:
                    open.Push(join.Right);
                    open.Push(join.Left);
                    break;
                case TestFilter test:
                    yield return test;
                    break;
            }
        }
    }

    private void Write(RunFilter filter)
    {
        switch (filter)
        {
            case EveryFilter:
                _sql.Append('1');
                break;
            case NotFilter not:
                _sql.Append("NOT ");
                Write(not.Inner);
                break;
            case JoinFilter join:
                // A long chain is written as a balanced tree: SQLite allows 1,000 levels, and how deep a chain is, is a matter of its writer's taste.
                List<RunFilter> parts = Parts(join, join.IsAnd);
                if (parts.Count == 0)
                {
                    _sql.Append('1');
                    break;
                }

                Write(parts, 0, parts.Count, join.IsAnd ? " AND " : " OR ");
                break;
            case TestFilter test:
                _sql.Append(_test(test));
                break;
        }
    }

    private void Write(List<RunFilter> parts, int from, int to, string word)
    {
        if (to - from == 1)
        {
            Write(parts[from]);
            return;
        }

        int middle = from + ((to - from) / 2);
        _sql.Append('(');
        Write(parts, from, middle, word);
        _sql.Append(word);
        Write(parts, middle, to, word);
        _sql.Append(')');
    }
}
