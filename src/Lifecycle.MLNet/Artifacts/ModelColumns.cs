using System.Diagnostics.CodeAnalysis;
using Lifecycle.Tracking;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>Which columns a fitted pipeline needs and which it answers with.</summary>
internal static class ModelColumns
{
    private static readonly string[] Answers = ["PredictedLabel", "Score", "Probability"];

    /// <summary>The columns that the answers depend on: without the label, unless a transform of the pipeline asks for it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever a transform says against the smaller table, the whole one is right.")]
    public static DataViewSchema Needed(ITransformer transformer, DataViewSchema schema)
    {
        try
        {
            if (transformer.IsRowToRowMapper)
            {
                IRowToRowMapper mapper = transformer.GetRowToRowMapper(schema);
                DataViewSchema needed = Of(mapper.GetDependencies(Outputs(mapper.OutputSchema, schema)).OrderBy(c => c.Index));
                _ = transformer.GetOutputSchema(needed);
                if (needed.Count > 0)
                {
                    return needed;
                }
            }
        }
        catch (Exception)
        {
        }

        return Of(schema);
    }

    /// <summary>The signature in MLflow's types; null when a column has none.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A model without a signature is a model still.")]
    public static ModelSignature? Signature(ITransformer transformer, DataViewSchema schema)
    {
        try
        {
            SignatureField?[] inputs = [.. Needed(transformer, schema).Select(Field)];
            SignatureField?[] outputs = [.. Outputs(transformer.GetOutputSchema(schema), schema).Select(Field)];
            return inputs.Contains(null) || outputs.Contains(null) ? null : new ModelSignature(inputs!, outputs!);
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static DataViewSchema.Column[] Outputs(DataViewSchema output, DataViewSchema input)
    {
        DataViewSchema.Column[] visible = [.. output.Where(c => !c.IsHidden)];
        DataViewSchema.Column[] answers = [.. Answers.SelectMany(a => visible.Where(c => c.Name == a))];
        return answers.Length > 0 ? answers : [.. visible.Where(c => input.GetColumnOrNull(c.Name) is null)];
    }

    private static DataViewSchema Of(IEnumerable<DataViewSchema.Column> columns)
    {
        DataViewSchema.Builder builder = new();
        foreach (DataViewSchema.Column column in columns.Where(c => !c.IsHidden))
        {
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        }

        return builder.ToSchema();
    }

    private static SignatureField? Field(DataViewSchema.Column column) =>
        column.Type is VectorDataViewType vector ? Type(vector.ItemType) is { } item ? new SignatureField(column.Name, item) { IsArray = true } : null
        : Type(column.Type) is { } type ? new SignatureField(column.Name, type) : null;

    private static string? Type(DataViewType type) =>
        type is TextDataViewType ? "string"
        : type is DateTimeDataViewType or DateTimeOffsetDataViewType ? "datetime"
        : type is BooleanDataViewType ? "boolean"
        : type is not NumberDataViewType and not KeyDataViewType ? null
        : System.Type.GetTypeCode(type.RawType) switch
        {
            TypeCode.Byte or TypeCode.SByte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 => "integer",
            TypeCode.UInt32 or TypeCode.Int64 or TypeCode.UInt64 => "long",
            TypeCode.Single => "float",
            TypeCode.Double => "double",
            _ => null,
        };
}
