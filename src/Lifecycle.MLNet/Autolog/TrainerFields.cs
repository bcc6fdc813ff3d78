using System.Reflection;
using Microsoft.ML;

namespace Lifecycle.MLNet;

/// <summary>Private fields of trainers that keep no options: field-aware factorization machines, k-means, randomized PCA, naive Bayes, priors.</summary>
internal static class TrainerFields
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>What ML.NET's own options call the fields.</summary>
    private static readonly Dictionary<string, string> OptionNames = new(StringComparer.Ordinal)
    {
        ["latentDim"] = "LatentDimension",
        ["lambdaLinear"] = "LambdaLinear",
        ["lambdaLatent"] = "LambdaLatent",
        ["learningRate"] = "LearningRate",
        ["numIterations"] = "NumberOfIterations",
        ["norm"] = "NormalizeFeatures",
        ["shuffle"] = "Shuffle",
        ["verbose"] = "Verbose",
        ["radius"] = "Radius",
        ["k"] = "NumberOfClusters",
        ["maxIterations"] = "MaximumNumberOfIterations",
        ["convergenceThreshold"] = "OptimizationTolerance",
        ["accelMemBudgetMb"] = "AccelerationMemoryBudgetMb",
        ["initAlgorithm"] = "InitializationAlgorithm",
        ["numThreads"] = "NumberOfThreads",
        ["rank"] = "Rank",
        ["oversampling"] = "Oversampling",
        ["ensureZeroMean"] = "EnsureZeroMean",
        ["seed"] = "Seed",
        ["featureColumn"] = "FeatureColumnName",
        ["labelColumnName"] = "LabelColumnName",
        ["weightColumnName"] = "ExampleWeightColumnName",
    };

    private static readonly (string Field, string Option)[] ColumnNames =
    [
        ("FeatureColumn", "FeatureColumnName"), ("LabelColumn", "LabelColumnName"), ("WeightColumn", "ExampleWeightColumnName"), ("GroupIdColumn", "RowGroupColumnName"),
    ];

    /// <summary>A field of the object or of a base class; null when there is none.</summary>
    public static object? Value(object instance, string name)
    {
        for (Type? type = instance.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetField(name, Declared) is { } field)
            {
                return field.GetValue(instance);
            }
        }

        return null;
    }

    /// <summary>Whether a value is written as it is: a text, a number, a flag, a name, a list of these, or nothing.</summary>
    public static bool IsSimple(object? value) => value is null or string or Enum or decimal || value.GetType().IsPrimitive
        || (value is Array { Rank: 1 } list && list.GetType().GetElementType() is { } element && (element.IsPrimitive || element == typeof(string)));

    /// <summary>Simple private fields under the names of ML.NET's options; others without the leading underscore.</summary>
    public static IEnumerable<KeyValuePair<string, object?>> Simple(object instance)
    {
        bool isOfMLNet = instance.GetType().Namespace?.StartsWith("Microsoft.ML", StringComparison.Ordinal) == true;
        for (Type? type = instance.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(Declared).OrderBy(f => f.Name, StringComparer.Ordinal))
            {
                object? value = field.GetValue(instance);
                if (field.Name[0] != '<' && IsSimple(value) && (value is not null || field.FieldType == typeof(string)))
                {
                    string name = field.Name.TrimStart('_');
                    yield return KeyValuePair.Create(isOfMLNet ? OptionNames.GetValueOrDefault(name, name) : name, value);
                }
            }
        }
    }

    /// <summary>The columns that a trainer reads.</summary>
    public static IEnumerable<KeyValuePair<string, object?>> Columns(object trainer)
    {
        foreach ((string field, string option) in ColumnNames)
        {
            if (Value(trainer, field) is SchemaShape.Column column)
            {
                yield return KeyValuePair.Create(option, (object?)column.Name);
            }
        }

        if (Value(trainer, "FeatureColumns") is SchemaShape.Column[] { Length: > 0 } features)
        {
            yield return KeyValuePair.Create("FeatureColumnName", (object?)features[0].Name);
            yield return KeyValuePair.Create("ExtraFeatureColumns", (object?)features.Skip(1).Select(c => c.Name).ToArray());
        }
    }
}
