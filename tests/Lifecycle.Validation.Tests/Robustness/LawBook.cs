using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Robustness;

/// <summary>
/// Random rows with random rules, and a check of the rules that knows nothing of the repair. The feature <c>id</c> names the row.
/// </summary>
internal sealed class LawBook
{
    private static readonly string[] Words = ["red", "green", "blue", "grey"];
    private readonly List<(string Rule, Func<Dictionary<string, double>, Dictionary<string, double>, bool> Holds)> _laws = [];
    private readonly Dictionary<string, double[]> _original = [];
    private readonly RandomStream _random;
    private readonly int _rows;

    public LawBook(int rows, ulong seed)
    {
        _random = new RandomStream(seed);
        _rows = rows;
        bool[] labels = [.. Enumerable.Range(0, rows).Select(_ => _random.NextBelow(2) == 0)];
        double[] scores = new double[rows];
        Set = EvaluationSet.Of(labels, scores);
        Add(BatchColumn.Of<double>("id", Enumerable.Range(0, rows).Select(i => (double)i).ToArray()), f => f.Immutable(), ["fixed"]);
        Number("a", ColumnType.Double);
        Number("b", ColumnType.Single);
        Number("c", ColumnType.Int32);
        Number("d", ColumnType.Int64);
        Number("e", ColumnType.Double);
        Choice();
        Order();
        Text();
        Add(BatchColumn.Of<bool>("flag", labels), f => f, []);
    }

    public EvaluationSet Set { get; private set; }

    /// <summary>How many rules were broken by rows that the model saw.</summary>
    public int Violations { get; private set; }

    public int Seen { get; private set; }

    public string? First { get; private set; }

    /// <summary>A model that counts broken rules and scores by a mix of all numbers.</summary>
    public ValueTask Predict(ColumnBatch rows, Memory<double> scores, CancellationToken token)
    {
        string[] names = [.. rows.Schema.Select(c => c.Name)];
        double[][] cells = [.. rows.Columns.Select(Coded)];
        Dictionary<string, double> now = [], before = [];
        for (int i = 0; i < rows.RowCount; i++)
        {
            int row = (int)cells[0][i];
            double sum = 0;
            for (int c = 0; c < names.Length; c++)
            {
                now[names[c]] = cells[c][i];
                before[names[c]] = _original[names[c]][row];
                sum += c > 0 && double.IsFinite(cells[c][i]) ? cells[c][i] / (1 + c) : 0;
            }

            foreach ((string rule, Func<Dictionary<string, double>, Dictionary<string, double>, bool> holds) in _laws)
            {
                if (!holds(now, before))
                {
                    Violations++;
                    First ??= $"row {row}: {rule}: {string.Join(" ", names.Select(n => $"{n}={now[n]} ({before[n]})"))}";
                }
            }

            Seen++;
            scores.Span[i] = 1 / (1 + Math.Exp(-Math.Sin(sum)));
        }

        return ValueTask.CompletedTask;
    }

    private static double[] Coded(BatchColumn column) => column is BatchColumn<string> texts
        ? [.. Enumerable.Range(0, column.Count).Select(i => texts.IsNull(i) ? double.NaN : Array.IndexOf(Words, texts.Values.Span[i]))]
        : column.ToDoubles();

    private void Number(string name, ColumnType type)
    {
        double scale = Math.Pow(10, _random.NextBelow(5) - 1);
        double[] values = [.. Enumerable.Range(0, _rows).Select(_ =>
            _random.NextBelow(20) == 0 ? double.NaN : scale * _random.NextGaussian())];
        bool isWhole = type is ColumnType.Int32 or ColumnType.Int64;
        bool mustBeWhole = isWhole || _random.NextBelow(4) == 0;
        values = mustBeWhole ? [.. values.Select(v => Math.Round(v))] : values;
        bool[] valid = [.. values.Select(v => !double.IsNaN(v))];
        BatchColumn column = type switch
        {
            ColumnType.Single => BatchColumn.Of<float>(name, Array.ConvertAll(values, v => (float)v)),
            ColumnType.Int32 => BatchColumn.Of<int>(name, Array.ConvertAll(values, v => double.IsNaN(v) ? 0 : (int)v), valid),
            ColumnType.Int64 => BatchColumn.Of<long>(name, Array.ConvertAll(values, v => double.IsNaN(v) ? 0 : (long)v), valid),
            _ => BatchColumn.Of<double>(name, values),
        };
        double low = -scale * (0.5 + 2 * _random.NextDouble()), high = scale * (0.5 + 2 * _random.NextDouble());
        double[] allowed = [.. values.Where(double.IsFinite).Take(40).Select(v =>
            (double)(type == ColumnType.Single ? (float)v : v)).Distinct()];
        int kind = _random.NextBelow(8);
        Add(column, f => kind switch
        {
            0 => f.Immutable(),
            1 => f.Range(low, high),
            2 => f.OnlyUp(),
            3 => f.OnlyDown().Range(low, high),
            4 when allowed.Length > 0 => f.OneOf(allowed),
            5 => f.Range(low, high).OnlyUp(),
            6 when mustBeWhole => f.Integer().Range(low, high),
            _ => f,
        }, []);
        string[] rules = kind switch { 0 =>
            ["fixed"], 1 => ["range"], 2 => ["up"], 3 => ["down", "range"], 4 when allowed.Length > 0 => ["oneOf"], 5 => ["range", "up"], 6 when mustBeWhole => ["whole", "range"], _ => [] };
        Law(name, isWhole ? [.. rules, "whole"] : rules, low, high, allowed);
    }

    private void Law(string name, string[] rules, double low, double high, double[] allowed)
    {
        foreach (string rule in rules)
        {
            _laws.Add(($"{rule} of {name}", (now, before) => double.IsNaN(now[name])
                ? rule != "fixed" || double.IsNaN(before[name])
                : rule switch
                {
                    "fixed" => now[name] == before[name],
                    "range" => now[name] >= low && now[name] <= high,
                    "up" => !(now[name] < before[name]),
                    "down" => !(now[name] > before[name]),
                    "whole" => now[name] == Math.Truncate(now[name]),
                    _ => allowed.Contains(now[name]),
                }));
        }
    }

    private void Choice()
    {
        int[] hot = [.. Enumerable.Range(0, _rows).Select(_ => _random.NextBelow(3))];
        for (int k = 0; k < 3; k++)
        {
            int member = k;
            Add(BatchColumn.Of<double>($"h{k}", hot.Select(h => h == member ? 1.0 : 0).ToArray()), f => f, []);
        }

        Set = Set.OneHot("h0", "h1", "h2");
        _laws.Add(("one hot", (now, _) =>
        {
            double[] members = [now["h0"], now["h1"], now["h2"]];
            return members.All(double.IsNaN) || (members.Count(m => m == 1) == 1 && members.Count(m => m == 0) == 2);
        }));
    }

    private void Order()
    {
        double[] low = [.. Enumerable.Range(0, _rows).Select(_ => _random.NextGaussian())];
        double[] middle = [.. low.Select(v => v + _random.NextDouble())];
        Add(BatchColumn.Of<double>("low", low), f => f, []);
        Add(BatchColumn.Of<float>(
            "middle", middle.Select(v => (float)v).ToArray()), f => _random.NextBelow(3) == 0 ? f.Immutable() : f, []);
        if (Set.FeatureNamed("middle").IsImmutable)
        {
            Law("middle", ["fixed"], 0, 0, []);
        }

        Add(BatchColumn.Of<int>("high", middle.Select(v => (int)Math.Ceiling(v + 1)).ToArray()), f => f, []);
        Set = Set.LessOrEqual("low", "middle").LessOrEqual("middle", "high");
        _laws.Add(("low <= middle", (now, _) => !(now["low"] > now["middle"])));
        _laws.Add(("middle <= high", (now, _) => !(now["middle"] > now["high"])));
    }

    private void Text()
    {
        string[] texts = [.. Enumerable.Range(0, _rows).Select(_ => Words[_random.NextBelow(4)])];
        bool isLimited = _random.NextBelow(2) == 0;
        Add(BatchColumn.Of<string>("text", texts), f => isLimited ? f.OneOf("red", "green", "blue") : f, []);
        if (isLimited)
        {
            _laws.Add(("one of", (now, _) => double.IsNaN(now["text"]) || now["text"] is 0 or 1 or 2));
        }
    }

    private void Add(BatchColumn column, Func<FeatureColumn, FeatureColumn> constrain, string[] rules)
    {
        Set = Set.Feature(column, constrain);
        _original[column.Name] = Coded(column);
        Law(column.Name, rules, 0, 0, []);
    }
}
