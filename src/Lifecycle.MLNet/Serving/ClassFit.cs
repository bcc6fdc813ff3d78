using Lifecycle.Serving;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>Says which member of a class has no column of a model, and which column no member: ML.NET names one side at most.</summary>
/// <param name="transformer">The model.</param>
/// <param name="saved">What goes in, as it was saved; null when nothing was saved, then the input class says it.</param>
internal sealed class ClassFit(ITransformer transformer, DataViewSchema? saved)
{
    /// <summary>Why the output class would stay empty; null when a column goes into it.</summary>
    public string? WhyEmpty(Type input, Type output) => Members(output, SchemaDefinition.Direction.Write) is { Count: 0 }
        ? $"{output.Name} has no public property that can be set and no public field, so that every answer would be empty{Gives(Schemas(input))}"
        : null;

    /// <summary>Which member or column has no other side; null when all have.</summary>
    public string? WhyNot(Type input, Type output)
    {
        if (Members(input, SchemaDefinition.Direction.Read) is not { } ins || Members(output, SchemaDefinition.Direction.Write) is not { } outs
            || Schemas(input) is not { } schemas)
        {
            return null;
        }

        string[] read = Read(schemas);
        string[] taken = [.. ins.Select(m => m.ColumnName)];
        if (Array.Find(read, name => !taken.Contains(name)) is { } missing)
        {
            string[] idle = [.. ins.Where(m => !schemas.In.Any(c => c.Name == m.ColumnName)).Select(m => Say(input, m))];
            return $"the model reads the column '{missing}', for which {input.Name} has no property; write [ColumnName(\"{missing}\")] on the one that is meant"
                + (idle.Length == 0 ? string.Empty : $"; {string.Join(", ", idle)} {(idle.Length == 1 ? "is no column" : "are no columns")} of the model")
                + $". The model takes {string.Join(", ", schemas.In.Select(Say))}";
        }

        SchemaDefinition.Column? without = outs.FirstOrDefault(m => !taken.Contains(m.ColumnName) && !Visible(schemas.Out).Any(c => c.Name == m.ColumnName));
        return without is null ? null : $"{Say(output, without)} has no column in the model{Gives(schemas)}";
    }

    private static string Gives((DataViewSchema In, DataViewSchema Out)? schemas) =>
        schemas is { } known ? $". The model gives {string.Join(", ", Added(known).Select(Say))}" : string.Empty;

    private static SchemaDefinition? Members(Type type, SchemaDefinition.Direction direction)
    {
        try
        {
            return SchemaDefinition.Create(type, direction);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            // It is no class of columns: ML.NET says so itself.
            return null;
        }
    }

    private (DataViewSchema In, DataViewSchema Out)? Schemas(Type input)
    {
        try
        {
            DataViewSchema schema = saved ?? RowMapping.SchemaOf(input);
            return (schema, transformer.GetOutputSchema(schema));
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or NotSupportedException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The columns that any transform reads.</summary>
    private string[] Read((DataViewSchema In, DataViewSchema Out) schemas) => !transformer.IsRowToRowMapper ? [] :
    [
        .. transformer.GetRowToRowMapper(schemas.In).GetDependencies(Added(schemas)).Where(c => !c.IsHidden).Select(c => c.Name).Distinct(),
    ];

    private static IEnumerable<DataViewSchema.Column> Added((DataViewSchema In, DataViewSchema Out) schemas) =>
        Visible(schemas.Out).Where(c => !schemas.In.Any(i => i.Name == c.Name));

    private static IEnumerable<DataViewSchema.Column> Visible(DataViewSchema schema) => schema.Where(c => !c.IsHidden);

    private static string Say(Type type, SchemaDefinition.Column member) =>
        $"{type.Name}.{member.MemberName}{(member.ColumnName == member.MemberName ? string.Empty : $" ('{member.ColumnName}')")}";

    private static string Say(DataViewSchema.Column column) =>
        ColumnCodec.Of(column.Type) is null ? $"'{column.Name}' {column.Type}" : RowMapping.Spec(column).ToString();
}
