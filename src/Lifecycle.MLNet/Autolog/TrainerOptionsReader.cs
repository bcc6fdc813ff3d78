using System.Collections;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Lifecycle.MLNet;

/// <summary>
/// Reads what a trainer was told. ML.NET keeps the options in non-public fields whose types derive from <see cref="TrainerInputBase"/>; their public fields and
/// properties are the hyperparameters. Where a trainer keeps none, its private fields say the same under other names, see <see cref="TrainerFields"/>.
/// </summary>
internal static class TrainerOptionsReader
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const int Deepest = 2;

    /// <summary>The estimators of a pipeline in order; a chain within a chain is walked too.</summary>
    public static IEnumerable<object> Steps(object estimator) =>
        TrainerFields.Value(estimator, "_estimators") is IEnumerable steps ? steps.Cast<object>().SelectMany(Steps) : [estimator];

    /// <summary>Whether the step trains a model.</summary>
    public static bool IsTrainer(object step) => step.GetType().Name.EndsWith("Trainer", StringComparison.Ordinal)
        || step.GetType().GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ITrainerEstimator<,>));

    /// <summary>
    /// The name of the trainer and its options: <c>trainer</c>, <c>trainer.&lt;Field&gt;</c>, nested ones as <c>trainer.Booster.&lt;Field&gt;</c>, those of the trainer
    /// inside a one-versus-all as <c>trainer.inner.&lt;Field&gt;</c>.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, object?>> Read(object trainer, string prefix)
    {
        yield return KeyValuePair.Create(prefix, (object?)NameOf(trainer.GetType()).Replace("Trainer", "", StringComparison.Ordinal));
        foreach ((string name, object? value) in Values(trainer))
        {
            yield return KeyValuePair.Create($"{prefix}.{name}", value);
        }

        if (Inner(trainer) is { } inner)
        {
            foreach (KeyValuePair<string, object?> value in Read(inner, $"{prefix}.inner"))
            {
                yield return value;
            }
        }
    }

    /// <summary>What LightGBM was told in the end, when options were left to it; known after the fit.</summary>
    public static IEnumerable<KeyValuePair<string, object?>> ReadEffective(object trainer, string prefix)
    {
        if (TrainerFields.Value(trainer, "GbmOptions") is IDictionary effective)
        {
            foreach (DictionaryEntry entry in effective)
            {
                yield return KeyValuePair.Create($"{prefix}.effective.{entry.Key}", entry.Value);
            }
        }

        if (Inner(trainer) is { } inner)
        {
            foreach (KeyValuePair<string, object?> value in ReadEffective(inner, $"{prefix}.inner"))
            {
                yield return value;
            }
        }
    }

    /// <summary>One option by its name; null when there is none or it is null.</summary>
    public static object? Option(object trainer, string name) => Values(trainer).FirstOrDefault(v => v.Key == name).Value;

    /// <summary>The seed of the <see cref="MLContext"/> that made an estimator; null when it had none or does not say.</summary>
    public static int? SeedOf(object estimator)
    {
        object? host = TrainerFields.Value(estimator, "Host") ?? TrainerFields.Value(estimator, "_host") ?? TrainerFields.Value(estimator, "_env");
        for (Type? type = host?.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetProperty("Seed", Declared) is { } seed)
            {
                return seed.GetValue(host) as int?;
            }
        }

        return null;
    }

    private static IEnumerable<KeyValuePair<string, object?>> Values(object trainer)
    {
        HashSet<string> known = new(StringComparer.Ordinal);
        object? options = Options(trainer);
        if (options is not null)
        {
            foreach (KeyValuePair<string, object?> value in Members(options, "", 0))
            {
                known.Add(value.Key);
                yield return value;
            }
        }

        IEnumerable<KeyValuePair<string, object?>> others = options is null ? TrainerFields.Simple(trainer).Concat(TrainerFields.Columns(trainer)) : TrainerFields.Columns(trainer);
        foreach (KeyValuePair<string, object?> value in others)
        {
            if (known.Add(value.Key))
            {
                yield return value;
            }
        }
    }

    // A trainer and its base classes may each keep the options; the one whose own type is most derived knows them all.
    private static object? Options(object trainer)
    {
        object? best = null;
        for (Type? type = trainer.GetType(); type is not null; type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(Declared))
            {
                if (IsOptions(field.FieldType) && field.GetValue(trainer) is { } found && (best is null || Depth(found) > Depth(best)))
                {
                    best = found;
                }
            }
        }

        return best;
    }

    private static bool IsOptions(Type type) => typeof(TrainerInputBase).IsAssignableFrom(type) || (type.IsNested && type.Name is "Options" or "OptionsBase");

    private static int Depth(object value)
    {
        int depth = 0;
        for (Type? type = value.GetType(); type is not null; type = type.BaseType)
        {
            depth++;
        }

        return depth;
    }

    private static object? Inner(object trainer) => TrainerFields.Value(trainer, "Trainer") is { } inner && IsTrainer(inner) ? inner : null;

    private static IEnumerable<KeyValuePair<string, object?>> Members(object options, string prefix, int depth)
    {
        Type type = options.GetType();
        IEnumerable<(string Name, Type Owner, Func<object?> Get)> members = type.GetFields(BindingFlags.Instance | BindingFlags.Public)
            .Select(f => (f.Name, f.DeclaringType!, (Func<object?>)(() => f.GetValue(options))))
            .Concat(type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.CanRead && p.GetIndexParameters().Length == 0)
                .Select(p => (p.Name, p.DeclaringType!, (Func<object?>)(() => p.GetValue(options)))));
        foreach (IGrouping<string, (string Name, Type Owner, Func<object?> Get)> same in members.GroupBy(m => m.Name).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            // A field that hides one of the base class.
            object? value = same.Aggregate((a, b) => a.Owner.IsSubclassOf(b.Owner) ? a : b).Get();
            string name = prefix + same.Key;
            if (TrainerFields.IsSimple(value))
            {
                yield return KeyValuePair.Create(name, value);
            }
            else if (value is not Delegate and not IHostEnvironment)
            {
                yield return KeyValuePair.Create(name, (object?)NameOf(value!.GetType()));
                IEnumerable<KeyValuePair<string, object?>> nested = depth < Deepest ? Members(value, name + ".", depth + 1) : [];
                bool any = false;
                foreach (KeyValuePair<string, object?> one in nested)
                {
                    any = true;
                    yield return one;
                }

                foreach (KeyValuePair<string, object?> one in any ? [] : TrainerFields.Simple(value))
                {
                    yield return KeyValuePair.Create($"{name}.{one.Key}", one.Value);
                }
            }
        }
    }

    // The options of a booster are a class inside it; what they belong to says more.
    private static string NameOf(Type type) => type is { Name: "Options" or "OptionsBase", DeclaringType: { } owner } ? NameOf(owner) : type.Name.Split('`')[0];
}
