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
    public static (RowMapping? Mapping, string? Why) Of(ITransformer transformer, DataViewSchema? schema)
    {
        if (schema is null)
        {
            return (null, "it was saved without its input schema; save it by mlContext.Model.Save(model, schema, stream)");
        }

        if (!transformer.IsRowToRowMapper)
        {
            return (null, "it does not work row by row");
        }

        IRowToRowMapper mapper = transformer.GetRowToRowMapper(schema);
        DataViewSchema.Column[] visible = [.. mapper.OutputSchema.Where(c => !c.IsHidden)];
        DataViewSchema.Column[] outputs = [.. Answers.SelectMany(a => visible.Where(c => c.Name == a))];
        if (outputs.Length == 0)
        {
            HashSet<string> given = [.. schema.Select(c => c.Name)];
            outputs = [.. visible.Where(c => !given.Contains(c.Name) && ColumnCodec.Of(c.Type) is not null)];
        }

        DataViewSchema.Column[] inputs = [.. mapper.GetDependencies(outputs).Where(c => !c.IsHidden).OrderBy(c => c.Index)];
        foreach (DataViewSchema.Column column in (DataViewSchema.Column[])[.. inputs, .. outputs])
        {
            if (ColumnCodec.Of(column.Type) is null)
            {
                return (null, $"its column '{column.Name}' is {column.Type}, for which there is no tensor");
            }
        }

        return (new RowMapping(mapper, inputs, outputs), null);
    }

    private static TensorSpec Spec(DataViewSchema.Column column) => new(column.Name, ColumnCodec.Of(column.Type)!.Type, column.Type switch
    {
        VectorDataViewType { IsKnownSize: true } vector => [-1, vector.Size],
        VectorDataViewType => [-1, -1],
        _ => [-1, 1],
    })
    {
        IsScalar = column.Type is not VectorDataViewType,
    };
}
