using System.Text.Json;
using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>A quantile by linear interpolation (type 7): exact to 65,536 values, then from a quantile sketch with its error band.</summary>
internal sealed class QuantileBetweenExpectation(string column, double quantile, double? atLeast, double? atMost) : FigureExpectation(column, atLeast, atMost)
{
    public const string KindName = "quantileBetween";

    public override string Kind => KindName;

    private protected override string FigureName => $"quantile {Wording.Number(quantile)} of {Subject}";

    internal override IEnumerable<string> Problems()
    {
        if (!(quantile is >= 0 and <= 1))
        {
            yield return $"{Text}: the quantile must lie between 0 and 1, for example 0.5 for the median.";
        }

        foreach (string problem in base.Problems())
        {
            yield return problem;
        }
    }

    internal override Check Begin(CheckStart start) => new QuantileCheck(start.Column, quantile, AtLeast, AtMost);

    internal override void WriteArguments(Utf8JsonWriter writer)
    {
        writer.WriteNumber("quantile", quantile);
        base.WriteArguments(writer);
    }
}

internal sealed class QuantileCheck(int column, double quantile, double? atLeast, double? atMost) : NumberFigureCheck(column, atLeast, atMost)
{
    public const int MostExact = 65_536;

    private readonly QuantileSketch _sketch = new();
    private List<double>? _values = [];

    private protected override void Add(ReadOnlySpan<double> numbers)
    {
        _sketch.Add(numbers);
        if (_values is not null && _values.Count + numbers.Length <= MostExact)
        {
            _values.AddRange(numbers);
        }
        else
        {
            _values = null;
        }
    }

    private protected override ContractFigure Figure()
    {
        if (_values is { } values)
        {
            values.Sort();
            double place = quantile * (values.Count - 1);
            int below = (int)place;
            double value = below + 1 < values.Count ? values[below] + (place - below) * (values[below + 1] - values[below]) : values[below];
            return ContractFigure.Exact(MetricValue.Of(value), AtLeast, AtMost);
        }

        double error = _sketch.RankError;
        return new ContractFigure(
            MetricValue.Of(_sketch.Quantile(quantile)), _sketch.Quantile(Math.Max(0, quantile - error)), _sketch.Quantile(Math.Min(1, quantile + error)),
            AtLeast, AtMost, $"from a sketch whose rank error is {Wording.Number(100 * error)} %");
    }
}

/// <summary>The number of distinct values: exact to 65,536, then from a cardinality sketch with a standard error of 1.63 %.</summary>
internal sealed class DistinctCountBetweenExpectation(string column, double? atLeast, double? atMost) : FigureExpectation(column, atLeast, atMost, 0)
{
    public const string KindName = "distinctCountBetween";

    public override string Kind => KindName;

    private protected override string FigureName => $"distinct values of {Subject}";

    internal override string? Unfit(IReadOnlyList<TableColumn> columns) => null;

    internal override Check Begin(CheckStart start) => new DistinctCheck(start.Column, AtLeast, AtMost);
}

internal sealed class DistinctCheck(int column, double? atLeast, double? atMost) : FigureCheck
{
    private const double StandardError = 0.0163;
    private const double Sure = 2.5758293035489004;

    private readonly KeyBudget _budget = new(QuantileCheck.MostExact);
    private readonly CardinalitySketch _sketch = new();
    private readonly ulong[] _hashes = new ulong[RowBits.ChunkRows];
    private KeySet? _seen;
    private long _count;

    public override void Add(Chunk chunk, ReadOnlySpan<ulong> judged, int count)
    {
        _seen ??= new KeySet(_budget);

        // The key is fixed: the same rows must give the same estimate.
        chunk[column].Hash(_hashes, 0);
        ulong none = 0;
        for (int row = 0; row < chunk.Rows; row++)
        {
            if (RowBits.Has(judged, row))
            {
                _sketch.AddHash(_hashes[row]);
                _count += !_seen.IsFull && _seen.Add(_hashes[row], ref none) ? 1 : 0;
            }
        }
    }

    public override ContractFigure Result()
    {
        if (_seen is not { IsFull: true })
        {
            return ContractFigure.Exact(MetricValue.Of(_count), atLeast, atMost);
        }

        double estimate = _sketch.Estimate();
        return new ContractFigure(
            MetricValue.Of(Math.Round(estimate)), Math.Max(QuantileCheck.MostExact, estimate * (1 - Sure * StandardError)), estimate * (1 + Sure * StandardError),
            atLeast, atMost, "estimated from a sketch whose standard error is 1.63 %");
    }
}
