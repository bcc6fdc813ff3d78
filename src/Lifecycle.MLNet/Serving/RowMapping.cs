using Lifecycle.Serving;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>Which columns of a model are its tensors: what the outputs depend on goes in, so a label column is not asked for.</summary>
internal sealed class RowMapping
{
    private static readonly string[] Answers = ["PredictedLabel", "Score", "Probability"];

    private RowMapping(IRowToRowMapper mapper, DataViewSchema.Column[] inputs, DataViewSchema.Column[] outputs)
    {
        Mapper = mapper;
        Inputs = inputs;
        Outputs = outputs;
        Signature = new TensorSignature(inputs.Select(Spec), outputs.Select(Spec));
    }

    public IRowToRowMapper Mapper { get; }

    public DataViewSchema.Column[] Inputs { get; }

    public DataViewSchema.Column[] Outputs { get; }

    public TensorSignature Signature { get; }

    /// <summary>The mapping, or why there is none.</summary>
    /// <exception cref="ModelRejectedException">The application wants what the model does not give, or names a class that does not fit it.</exception>
    public static (RowMapping? Mapping, string? Why) Of(ITransformer transformer, DataViewSchema? saved, ModelRequest request)
    {
        (RowMapping? mapping, string? why) = Find(transformer, saved, request);
        return mapping is not null || request.Outputs.Count == 0 ? (mapping, why) : throw new ModelRejectedException(
            $"outputs: {string.Join(", ", request.Outputs.Select(o => $"'{o}'"))} cannot be given, because the model takes no tensors: {why}");
    }

    private static (RowMapping? Mapping, string? Why) Find(ITransformer transformer, DataViewSchema? saved, ModelRequest request)
    {
        if (saved is null && request.InputsFrom is null)
        {
            return (null, "it was saved without its input schema; say what goes in by InputsFrom<T>() where it is served, or save it by mlContext.Model.Save(model, schema, stream)");
        }

        if (!transformer.IsRowToRowMapper)
        {
            return (null, "it does not work row by row");
        }

        DataViewSchema schema;
        IRowToRowMapper mapper;
        try
        {
            schema = saved ?? SchemaOf(request.InputsFrom!);
            mapper = transformer.GetRowToRowMapper(schema);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or NotSupportedException or FormatException)
        {
            throw new ModelRejectedException(
                saved is not null
                    ? $"load: the model does not fit the schema that it was saved with: {error.Message.TrimEnd('.')}"
                    : $"inputs: {request.InputsFrom!.Name} does not fit the model: {error.Message.TrimEnd('.')}",
                error);
        }

        DataViewSchema.Column[] visible = [.. mapper.OutputSchema.Where(c => !c.IsHidden)];
        DataViewSchema.Column[] outputs = request.Outputs.Count > 0 ? Wanted(visible, request.Outputs) : Chosen(visible, schema);
        DataViewSchema.Column[] inputs = [.. mapper.GetDependencies(outputs).Where(c => !c.IsHidden).OrderBy(c => c.Index)];
        DataViewSchema.Column[] foreign = [.. inputs.Concat(outputs).Where(c => ColumnCodec.Of(c.Type) is null).Take(1)];
        return foreign.Length == 0
            ? (new RowMapping(mapper, inputs, outputs), null)
            : (null, $"its column '{foreign[0].Name}' is {foreign[0].Type}, for which there is no tensor");
    }

    private static DataViewSchema.Column[] Chosen(DataViewSchema.Column[] visible, DataViewSchema schema)
    {
        DataViewSchema.Column[] answers = [.. Answers.SelectMany(a => visible.Where(c => c.Name == a))];
        if (answers.Length > 0)
        {
            return answers;
        }

        HashSet<string> given = [.. schema.Select(c => c.Name)];
        return [.. visible.Where(c => !given.Contains(c.Name) && ColumnCodec.Of(c.Type) is not null)];
    }

    private static DataViewSchema.Column[] Wanted(DataViewSchema.Column[] visible, IReadOnlyList<string> names)
    {
        DataViewSchema.Column[] possible = [.. visible.Where(c => ColumnCodec.Of(c.Type) is not null)];
        string[] unknown = [.. names.Where(n => possible.All(c => c.Name != n))];
        return unknown.Length == 0
            ? [.. names.Distinct().Select(n => possible.First(c => c.Name == n))]
            : throw new ModelRejectedException(
                $"outputs: the model gives no '{string.Join("', '", unknown)}'; it gives {string.Join(", ", possible.Select(c => Spec(c).ToString()))}");
    }

    public static DataViewSchema SchemaOf(Type type)
    {
        DataViewSchema.Builder builder = new();
        foreach (SchemaDefinition.Column column in SchemaDefinition.Create(type))
        {
            builder.AddColumn(column.ColumnName, column.ColumnType);
        }

        return builder.ToSchema();
    }

    /// <summary>The tensor of a column that has one.</summary>
    public static TensorSpec Spec(DataViewSchema.Column column) => new(column.Name, ColumnCodec.Of(column.Type)!.Type, column.Type switch
    {
        VectorDataViewType { IsKnownSize: true } vector => [-1, vector.Size],
        VectorDataViewType => [-1, -1],
        _ => [-1, 1],
    })
    {
        IsScalar = column.Type is not VectorDataViewType,
    };
}
