using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>Which columns each step of a fitted pipeline reads and makes, as text: <c>region -> regions</c>.</summary>
internal static class PipelineColumns
{
    private const int LongestList = 500;

    /// <summary>The transformers in order; a chain within a chain is walked too.</summary>
    public static IEnumerable<ITransformer> Flat(ITransformer transformer) =>
        transformer is IEnumerable<ITransformer> chain ? chain.SelectMany(Flat) : [transformer];

    /// <returns>One text a step, null where nothing is known.</returns>
    public static IReadOnlyList<string?> Of(ITransformer? fitted, DataViewSchema? schema, int steps)
    {
        string?[] texts = new string?[steps];
        if (fitted is null || schema is null)
        {
            return texts;
        }

        ITransformer[] transformers = [.. Flat(fitted)];
        for (int i = 0; transformers.Length == steps && i < steps; i++)
        {
            (DataViewSchema Schema, string Text)? next = Step(transformers[i], schema);
            if (next is null)
            {
                break;
            }

            (schema, texts[i]) = next.Value;
        }

        return texts;
    }

    private static (DataViewSchema Schema, string Text)? Step(ITransformer step, DataViewSchema input)
    {
        DataViewSchema output = step.GetOutputSchema(input);
        if (!step.IsRowToRowMapper)
        {
            return (output, "rows");
        }

        IRowToRowMapper mapper = step.GetRowToRowMapper(input);
        DataViewSchema.Column[] made = [.. mapper.OutputSchema.Where(c => !c.IsHidden && c.Index >= input.Count)];
        if (made.Length == 0)
        {
            return (output, $"keeps {Names(output.Where(c => !c.IsHidden))}");
        }

        return (output, $"{Names(mapper.GetDependencies(made))} -> {Names(made)}");
    }

    private static string Names(IEnumerable<DataViewSchema.Column> columns)
    {
        string[] names = [.. columns.Select(c => c.Name).Distinct()];
        string text = string.Join(", ", names);
        return text.Length <= LongestList ? text : $"{text.AsSpan(0, LongestList)}... ({names.Length} columns)";
    }
}
