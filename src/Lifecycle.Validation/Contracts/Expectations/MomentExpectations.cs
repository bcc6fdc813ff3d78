using System.Text.Json;
using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>A figure of the numbers of one column, held between two limits.</summary>
internal abstract class FigureExpectation(string column, double? atLeast, double? atMost, double least = double.NegativeInfinity) : Expectation(column)
{
    public override string Text => $"{FigureName} {Wording.Limit(AtLeast, AtMost, Wording.Number)}";

    private protected double? AtLeast => atLeast is { } value && !double.IsNegativeInfinity(value) ? value : null;

    private protected double? AtMost => atMost is { } value && !double.IsPositiveInfinity(value) ? value : null;

    private protected abstract string FigureName { get; }

    internal override bool IsAboutRows => false;

    internal override IEnumerable<string> Problems() => FigureLimits.Problems(Text, AtLeast, AtMost, least);

    internal override string? Unfit(IReadOnlyList<TableColumn> columns) => UnfitForNumbers(columns);

    internal override void WriteArguments(Utf8JsonWriter writer) => FigureLimits.Write(writer, AtLeast, AtMost);
}

internal sealed class MeanBetweenExpectation(string column, double? atLeast, double? atMost) : FigureExpectation(column, atLeast, atMost)
{
    public const string KindName = "meanBetween";

    public override string Kind => KindName;

    private protected override string FigureName => $"mean of {Subject}";

    internal override Check Begin(CheckStart start) => new MomentCheck(start.Column, AtLeast, AtMost, m => MetricValue.Of(m.Mean));
}

internal sealed class StandardDeviationBetweenExpectation(string column, double? atLeast, double? atMost) : FigureExpectation(column, atLeast, atMost, 0)
{
    public const string KindName = "standardDeviationBetween";

    public override string Kind => KindName;

    private protected override string FigureName => $"standard deviation of {Subject}";

    internal override Check Begin(CheckStart start) => new MomentCheck(
        start.Column, AtLeast, AtMost, m => m.Count < 2 ? MetricValue.Undefined(UndefinedReason.TooFewRows) : MetricValue.Of(m.StandardDeviation));
}

internal sealed class MinimumBetweenExpectation(string column, double? atLeast, double? atMost) : FigureExpectation(column, atLeast, atMost)
{
    public const string KindName = "minimumBetween";

    public override string Kind => KindName;

    private protected override string FigureName => $"least {Subject}";

    internal override Check Begin(CheckStart start) => new MomentCheck(start.Column, AtLeast, AtMost, m => MetricValue.Of(m.Minimum));
}

internal sealed class MaximumBetweenExpectation(string column, double? atLeast, double? atMost) : FigureExpectation(column, atLeast, atMost)
{
    public const string KindName = "maximumBetween";

    public override string Kind => KindName;

    private protected override string FigureName => $"greatest {Subject}";

    internal override Check Begin(CheckStart start) => new MomentCheck(start.Column, AtLeast, AtMost, m => MetricValue.Of(m.Maximum));
}

internal sealed class SumBetweenExpectation(string column, double? atLeast, double? atMost) : FigureExpectation(column, atLeast, atMost)
{
    public const string KindName = "sumBetween";

    public override string Kind => KindName;

    private protected override string FigureName => $"sum of {Subject}";

    internal override Check Begin(CheckStart start) => new SumCheck(start.Column, AtLeast, AtMost);
}

/// <summary>Collects the judged numbers of each chunk; a number that is not finite, or a text that is none, leaves the figure undefined.</summary>
internal abstract class NumberFigureCheck(int column, double? atLeast, double? atMost) : FigureCheck
{
    private protected double? AtLeast => atLeast;

    private protected double? AtMost => atMost;

    private readonly double[] _gathered = new double[RowBits.ChunkRows];
    private bool _isFinite = true;

    public override void Add(Chunk chunk, ReadOnlySpan<ulong> judged, int count)
    {
        ReadOnlySpan<double> numbers = chunk[column].Numbers();
        if (count < numbers.Length)
        {
            int kept = 0;
            for (int row = RowBits.Next(judged, 0); row >= 0; row = row + 1 < numbers.Length ? RowBits.Next(judged, row + 1) : -1)
            {
                _gathered[kept++] = numbers[row];
            }

            numbers = _gathered.AsSpan(0, kept);
        }

        _isFinite = _isFinite && System.Numerics.Tensors.TensorPrimitives.IsFiniteAll(numbers);
        if (_isFinite)
        {
            Add(numbers);
        }
    }

    public override ContractFigure Result() => _isFinite
        ? Figure()
        : ContractFigure.Exact(MetricValue.Undefined(UndefinedReason.NonFinite), atLeast, atMost) with { Note = "a cell is no finite number" };

    private protected abstract void Add(ReadOnlySpan<double> numbers);

    private protected abstract ContractFigure Figure();
}

/// <summary>Moments of chunks (pivot and two passes), merged by Chan.</summary>
internal sealed class MomentCheck(int column, double? atLeast, double? atMost, Func<Moments, MetricValue> figure) : NumberFigureCheck(column, atLeast, atMost)
{
    private Moments _moments;

    private protected override void Add(ReadOnlySpan<double> numbers) => _moments = _moments.Merge(Moments.OfBlock(numbers));

    private protected override ContractFigure Figure() => ContractFigure.Exact(figure(_moments), AtLeast, AtMost);
}

/// <summary>A sum with the compensation of Neumaier (1974).</summary>
internal sealed class SumCheck(int column, double? atLeast, double? atMost) : NumberFigureCheck(column, atLeast, atMost)
{
    private double _sum, _rest;

    private protected override void Add(ReadOnlySpan<double> numbers)
    {
        foreach (double number in numbers)
        {
            double next = _sum + number;
            _rest += Math.Abs(_sum) >= Math.Abs(number) ? _sum - next + number : number - next + _sum;
            _sum = next;
        }
    }

    private protected override ContractFigure Figure() => ContractFigure.Exact(MetricValue.Of(_sum + _rest), AtLeast, AtMost);
}
