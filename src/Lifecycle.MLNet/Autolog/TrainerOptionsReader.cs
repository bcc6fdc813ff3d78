using System.Collections;
using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Lifecycle.MLNet;

/// <summary>
/// Reads what a trainer was told. ML.NET keeps the options in a non-public field whose type derives from
/// <see cref="TrainerInputBase"/>; its public fields are the hyperparameters.
/// </summary>
internal static class TrainerOptionsReader
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>The estimators of a pipeline in order; a chain within a chain is walked too.</summary>
    public static IEnumerable<object> Steps(object estimator)
    {
        if (Field(estimator, "_estimators") is IEnumerable steps)
        {
            foreach (object step in steps)
            {
                foreach (object inner in Steps(step))
                {
                    yield return inner;
                }
            }
        }
        else
        {
            yield return estimator;
        }
    }

    /// <summary>Whether the step trains a model.</summary>
    public static bool IsTrainer(object step) => step.GetType().GetInterfaces()
        .Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ITrainerEstimator<,>)) || Options(step) is not null;

    /// <summary>Names and values, <c>trainer.&lt;Field&gt;</c>; nested options as <c>trainer.Booster.&lt;Field&gt;</c>.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Read(object trainer)
    {
        yield return KeyValuePair.Create("trainer", trainer.GetType().Name.Replace("Trainer", "", StringComparison.Ordinal));
        IEnumerable<KeyValuePair<string, string>> values = Options(trainer) is { } options ? PublicFields(options, "trainer.", 0) : PrivateFields(trainer);
        foreach (KeyValuePair<string, string> value in values)
        {
            yield return value;
        }
    }

    private static object? Options(object trainer)
    {
        object? options = null;
        for (Type? type = trainer.GetType(); type is not null && options is null; type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(Instance | BindingFlags.DeclaredOnly))
            {
                if (typeof(TrainerInputBase).IsAssignableFrom(field.FieldType) && field.GetValue(trainer) is { } found)
                {
                    options = found;
                }
            }

            foreach (PropertyInfo property in type.GetProperties(Instance | BindingFlags.DeclaredOnly))
            {
                if (options is null && typeof(TrainerInputBase).IsAssignableFrom(property.PropertyType) && property.GetValue(trainer) is { } found)
                {
                    options = found;
                }
            }
        }

        return options;
    }

    private static IEnumerable<KeyValuePair<string, string>> PublicFields(object options, string prefix, int depth)
    {
        foreach (FieldInfo field in options.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public).OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            object? value = field.GetValue(options);
            if (Text(value) is { } text)
            {
                yield return KeyValuePair.Create(prefix + field.Name, text);
            }
            else if (value is not null && depth < 2 && value.GetType().Name.Contains("Options", StringComparison.Ordinal))
            {
                foreach (KeyValuePair<string, string> inner in PublicFields(value, $"{prefix}{field.Name}.", depth + 1))
                {
                    yield return inner;
                }
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> PrivateFields(object trainer) =>
        from field in trainer.GetType().GetFields(Instance)
        orderby field.Name
        let text = Text(field.GetValue(trainer))
        where text is not null
        select KeyValuePair.Create("trainer." + field.Name.TrimStart('_'), text);

    private static string? Text(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "True" : "False",
        Enum name => name.ToString(),
        IFormattable number when value.GetType().IsPrimitive => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    private static object? Field(object instance, string name)
    {
        for (Type? type = instance.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetField(name, Instance | BindingFlags.DeclaredOnly) is { } field)
            {
                return field.GetValue(instance);
            }
        }

        return null;
    }
}
