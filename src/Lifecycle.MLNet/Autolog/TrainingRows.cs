using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>Describes rows that nobody gave a name to.</summary>
internal static class TrainingRows
{
    public const string Context = "training";

    /// <summary>Schema, rows and digest of a view; what cannot be read is left out and the profile says why.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A cursor runs code of the user; a fit that went well is not to fail of it.")]
    public static DatasetReference Describe(IDataView view)
    {
        IDataViewDigest digest;
        try
        {
            digest = IDataViewDigest.Of(view);
        }
        catch (Exception e)
        {
            digest = new IDataViewDigest(null, null, $"{e.GetType().Name}: {e.Message}");
        }

        JsonObject profile = [];
        if (digest.Rows is { } rows)
        {
            profile["num_rows"] = rows;
        }

        if (digest.Why is { } why)
        {
            profile["no_digest"] = why;
        }

        return new DatasetReference(Context, digest.Digest?.ToString() ?? DatasetReference.Unknown)
        {
            Rows = digest.Rows,
            Schema = Schema(view),
            Profile = profile.Count == 0 ? null : profile.ToJsonString(),
        };
    }

    // A table column is a scalar; vectors and keys stand in the param data.schema.
    private static TableSchema? Schema(IDataView view)
    {
        TableColumn[] columns = [.. view.Schema.Where(c => !c.IsHidden && Of(c.Type) is not null).Select(c => new TableColumn(c.Name, Of(c.Type)!.Value))];
        return columns.Length == 0 ? null : new TableSchema(columns);
    }

    private static ColumnType? Of(DataViewType type) =>
        type == BooleanDataViewType.Instance ? ColumnType.Boolean
        : type == NumberDataViewType.Int32 ? ColumnType.Int32
        : type == NumberDataViewType.Int64 ? ColumnType.Int64
        : type == NumberDataViewType.Single ? ColumnType.Single
        : type == NumberDataViewType.Double ? ColumnType.Double
        : type == DateTimeDataViewType.Instance ? ColumnType.DateTime
        : type == TextDataViewType.Instance ? ColumnType.String
        : null;
}
