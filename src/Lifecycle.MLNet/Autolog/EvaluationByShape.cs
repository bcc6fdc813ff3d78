using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>Metrics of a scored view, chosen by the shape of its columns: binary, multiclass or regression.</summary>
internal static class EvaluationByShape
{
    public static IEnumerable<KeyValuePair<string, double>> Evaluate(MLContext context, IDataView scored, string label)
    {
        DataViewSchema schema = scored.Schema;
        if (schema.GetColumnOrNull(label) is not { } labels || schema.GetColumnOrNull("Score") is not { } scores)
        {
            return [];
        }

        object? metrics = scores.Type switch
        {
            NumberDataViewType when labels.Type is BooleanDataViewType && schema.GetColumnOrNull("Probability") is not null =>
                context.BinaryClassification.Evaluate(scored, label),
            NumberDataViewType when labels.Type is BooleanDataViewType => context.BinaryClassification.EvaluateNonCalibrated(scored, label),
            NumberDataViewType when labels.Type is NumberDataViewType => context.Regression.Evaluate(scored, label),
            VectorDataViewType when labels.Type is KeyDataViewType => context.MulticlassClassification.Evaluate(scored, label),
            _ => null,
        };
        return metrics is null ? [] : Named(metrics);
    }

    private static IEnumerable<KeyValuePair<string, double>> Named(object metrics) =>
        from property in metrics.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public)
        where property.PropertyType == typeof(double)
        orderby property.Name
        select KeyValuePair.Create("val_" + SnakeCase(property.Name), (double)property.GetValue(metrics)!);

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
}
