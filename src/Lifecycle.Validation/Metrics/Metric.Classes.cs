using static Lifecycle.Validation.Direction;

namespace Lifecycle.Validation;

public sealed partial class Metric
{
    /// <summary>Mean F1 of the classes; those that neither labels nor predictions hold are left out (<see cref="EvaluationSet.AbsentClasses"/>).</summary>
    public static Metric MacroF1 { get; } = Averaged(nameof(MacroF1), "F1 score, mean of the classes", MulticlassMetrics.MacroF1);

    /// <summary>F1 of all classes together, which for one class a row is the accuracy.</summary>
    public static Metric MicroF1 { get; } = Proportion(nameof(MicroF1), "share of right decisions", HigherIsBetter,
        new(c => c.TruePositives + c.TrueNegatives, c => c.Total, UndefinedReason.NoRows), Decisions);

    /// <summary>Mean F1 of the classes, weighted by how many rows have them.</summary>
    public static Metric WeightedF1 { get; } = Averaged(nameof(WeightedF1), "F1 score, mean of the rows' classes", MulticlassMetrics.WeightedF1);

    /// <summary>Mean precision of the classes; undefined when a class that rows have is never predicted.</summary>
    public static Metric MacroPrecision { get; } = Averaged(nameof(MacroPrecision), "precision, mean of the classes", MulticlassMetrics.MacroPrecision);

    /// <summary>Mean recall of the classes; undefined when a class is predicted that no row has.</summary>
    public static Metric MacroRecall { get; } = Averaged(nameof(MacroRecall), "recall, mean of the classes", MulticlassMetrics.MacroRecall);

    /// <summary>Counts of cells and what follows from them; null when the metric is not of this form.</summary>
    internal CellTable? Table { get; private init; }

    private static Metric Averaged(string name, string words, Func<double[], int, MetricValue> figure) => Varied(
        Counted(name, words, HigherIsBetter, 0, 1, c => figure([c.TrueNegatives, c.FalsePositives, c.FalseNegatives, c.TruePositives], 2)),
        multiclass: ByClass(name, words, 0, figure));

    private static Metric ByClass(string name, string words, double minimum, Func<double[], int, MetricValue> figure) => Tabled(
        name, words, HigherIsBetter, minimum, 1, [], MetricKinds.Multiclass,
        new CellTable(MulticlassMetrics.Cells, counts => figure(counts, (int)Math.Round(Math.Sqrt(counts.Length)))));

    private static Metric Tabled(
        string name, string words, Direction direction, double minimum, double maximum, string[] attributes, MetricKinds kinds, CellTable table) =>
        new(name, words, direction, minimum, maximum, rows => table.Of(rows.Set!)) { Table = table, Kinds = kinds, Attributes = attributes };
}
