using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>Metrics of a scored view, chosen by what its column <c>Score</c> says of itself and otherwise by the shape of its columns.</summary>
/// <param name="Label">The label column.</param>
/// <param name="Group">The column that says which rows are ranked together.</param>
/// <param name="Features">The features, for the Davies-Bouldin index of a clustering.</param>
/// <param name="IsAnomaly">Whether the scores tell anomalies; their columns look like those of a binary classifier.</param>
internal sealed record EvaluationByShape(string Label, string Group, string Features, bool IsAnomaly)
{
    private const string Score = "Score";
    private const string Kind = "ScoreColumnKind";
    private const int MostOfAList = 100;

    /// <exception cref="InvalidOperationException">The columns fit no task.</exception>
    public IEnumerable<KeyValuePair<string, double>> Evaluate(MLContext context, IDataView scored)
    {
        DataViewSchema schema = scored.Schema;
        DataViewSchema.Column score = schema.GetColumnOrNull(Score)
            ?? throw new InvalidOperationException("There is no column 'Score' in what the pipeline makes of the validation rows; nothing can be evaluated.");
        DataViewSchema.Column? label = schema.GetColumnOrNull(Label);
        return Named(Metrics(context, scored, score, label)
            ?? throw new InvalidOperationException(
                label is null ? $"The label column '{Label}' is not in the validation rows."
                : $"A score of type {score.Type} with a label '{Label}' of type {label.Value.Type} fits no task that ML.NET evaluates."));
    }

    internal static string SnakeCase(string name)
    {
        StringBuilder text = new();
        for (int i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && (char.IsLower(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]))))
            {
                text.Append('_');
            }

            text.Append(char.ToLower(name[i], CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private object? Metrics(MLContext context, IDataView scored, DataViewSchema.Column score, DataViewSchema.Column? label)
    {
        DataViewSchema schema = scored.Schema;
        string kind = KindOf(score);
        if (kind == "Clustering")
        {
            return context.Clustering.Evaluate(
                scored, label?.Type is KeyDataViewType ? Label : null, Score, schema.GetColumnOrNull(Features)?.Type is VectorDataViewType ? Features : null);
        }

        if (label is null)
        {
            return null;
        }

        if (score.Type is VectorDataViewType)
        {
            return label.Value.Type is KeyDataViewType ? context.MulticlassClassification.Evaluate(scored, Label) : null;
        }

        if (kind == "Ranking" || (kind.Length == 0 && schema.GetColumnOrNull(Group)?.Type is KeyDataViewType))
        {
            return context.Ranking.Evaluate(scored, Label, Group);
        }

        return IsAnomaly || kind == "AnomalyDetection" ? Anomalies(context, scored, label.Value)
            : label.Value.Type is NumberDataViewType ? context.Regression.Evaluate(scored, Label)
            : label.Value.Type is not BooleanDataViewType ? null
            : schema.GetColumnOrNull("Probability") is not null ? context.BinaryClassification.Evaluate(scored, Label)
            : context.BinaryClassification.EvaluateNonCalibrated(scored, Label);
    }

    // ML.NET's evaluator of anomalies takes 0 and 1, not false and true.
    private AnomalyDetectionMetrics Anomalies(MLContext context, IDataView scored, DataViewSchema.Column label) => context.AnomalyDetection.Evaluate(
        label.Type is BooleanDataViewType ? context.Transforms.Conversion.ConvertType(Label, Label, DataKind.Single).Fit(scored).Transform(scored) : scored, Label);

    private static string KindOf(DataViewSchema.Column score)
    {
        if (score.Annotations.Schema.GetColumnOrNull(Kind)?.Type is not TextDataViewType)
        {
            return "";
        }

        ReadOnlyMemory<char> kind = default;
        score.Annotations.GetValue(Kind, ref kind);
        return kind.ToString();
    }

    private static IEnumerable<KeyValuePair<string, double>> Named(object metrics)
    {
        foreach (PropertyInfo property in metrics.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public).OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            string name = "val_" + SnakeCase(property.Name);
            if (property.PropertyType == typeof(double))
            {
                yield return KeyValuePair.Create(name, (double)property.GetValue(metrics)!);
            }
            else if (property.GetValue(metrics) is IEnumerable<double> list)
            {
                // Gains are counted from the first place, classes from zero.
                int first = property.Name.Contains("Gains", StringComparison.Ordinal) ? 1 : 0;
                foreach ((int i, double value) in list.Take(MostOfAList).Index())
                {
                    yield return KeyValuePair.Create(string.Create(CultureInfo.InvariantCulture, $"{name}_{i + first}"), value);
                }
            }
        }
    }
}
