using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>Every row with each other value of one feature, all else equal.</summary>
internal sealed class ProtectedFlipCheck(string feature) : Perturbation(PerturbationFamily.ProtectedFlip, 1)
{
    public const int MostValues = 100;

    public string FeatureName { get; } = feature;

    public override string ToString() => $"{Kind} of {Wording.Name(FeatureName)}";

    internal override string Words => $"Another value of '{Wording.Name(FeatureName)}' and nothing else";

    internal override string? Problem =>
        string.IsNullOrEmpty(FeatureName) ? $"{Kind} needs the name of a feature, for example ProtectedFlip(\"sex\")." : null;

    internal override string NothingToChange => $"the feature '{Wording.Name(FeatureName)}' has fewer than two values";

    /// <summary>The values of the feature, most frequent first.</summary>
    public double[] ValuesOf(CodedColumn column)
    {
        double[] values = column.Figures.MostFrequent(MostValues + 1);
        return values.Length <= MostValues
            ? values
            : throw new InvalidOperationException(
                $"The feature '{FeatureName}' has more than {MostValues} different values; a protected flip tries each of them. Cut it into bins first.");
    }

    public static Draft Change(FeatureTable table, int column, double value)
    {
        Draft draft = new(table);
        double[] cells = new double[table.RowCount];
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = double.IsNaN(table.Columns[column].Values[i]) ? double.NaN : value;
        }

        draft.Set(column, cells);
        return draft;
    }

    internal override void WriteProperties(Utf8JsonWriter writer) => writer.WriteString("feature", FeatureName);
}
