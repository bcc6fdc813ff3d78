using System.Globalization;
using System.Text.Json;
using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

internal static partial class MlflowShapes
{
    private const string ContextTag = "mlflow.data.context";

    public static WireRunHead InfoOf(RunRecord run) => new()
    {
        RunUuid = run.Id,
        RunId = run.Id,
        ExperimentId = run.ExperimentId,
        RunName = run.Name,
        UserId = run.User,
        Status = run.Status,
        StartTime = run.StartedAt.ToUnixTimeMilliseconds(),
        EndTime = run.EndedAt?.ToUnixTimeMilliseconds(),
        ArtifactUri = RootOf(run),
        LifecycleStage = Stage(run.IsDeleted),
    };

    /// <summary>Where the artifacts of a run are.</summary>
    public static string RootOf(RunRecord run) => $"mlflow-artifacts:/{run.ExperimentId}/{run.Id}/artifacts";

    /// <summary>A run as <c>get</c> and <c>search</c> answer it; <c>create</c> knows no outputs yet.</summary>
    public static WireRun Of(RunRecord run, bool isNew = false) => new(
        InfoOf(run),
        new WireRunCells(
            MlflowRequire.NullIfEmpty([.. run.Metrics.Values.Select(m => Of(m))]), Pairs(run.Params), Pairs(run.Tags)),
        new WireRunInputs(
            MlflowRequire.NullIfEmpty([.. run.Inputs.Select(Of)]), MlflowRequire.NullIfEmpty([.. run.ModelInputs.Select(m => new WireModelInput(m))])),
        isNew ? null : new WireRunOutputs(MlflowRequire.NullIfEmpty([.. run.Outputs.Select(o => new WireModelOutput(o.ModelId, o.Step))])));

    public static WireMetric Of(MetricPoint point, string? runId = null) => new()
    {
        Key = point.Key,
        Value = point.Value,
        Timestamp = point.At.ToUnixTimeMilliseconds(),
        Step = point.Step,
        RunId = runId,
    };

    /// <summary>What a request says about data, as an input.</summary>
    public static RunInput InputOf(WireDatasetInput input, int index)
    {
        WireDataset data = input.Dataset ?? throw MlflowException.Missing($"datasets[{index}].dataset");
        Dictionary<string, string> tags = MlflowRequire.Pairs(input.Tags, $"datasets[{index}].tags");
        string context = tags.Remove(ContextTag, out string? said) ? said : "";
        return new RunInput(
            new DatasetReference(
                MlflowRequire.Text(data.Name, $"datasets[{index}].dataset.name"), MlflowRequire.Text(data.Digest, $"datasets[{index}].dataset.digest"))
            {
                Uri = MlflowRequire.Text(data.Source, $"datasets[{index}].dataset.source"),
            },
            context)
        {
            SourceType = MlflowRequire.Text(data.SourceType, $"datasets[{index}].dataset.source_type"),
            SchemaText = data.Schema,
            Profile = data.Profile,
            Tags = tags.Count == 0 ? null : tags,
        };
    }

    private static WireDatasetInput Of(RunInput input)
    {
        List<WirePair> tags = [];
        if (input.Context.Length > 0)
        {
            tags.Add(new WirePair(ContextTag, input.Context));
        }

        tags.AddRange((input.Tags ?? new Dictionary<string, string>()).Select(t => new WirePair(t.Key, t.Value)));
        return new WireDatasetInput(MlflowRequire.NullIfEmpty<WirePair>([.. tags]), new WireDataset
        {
            Name = input.Dataset.Name,
            Digest = input.Dataset.Digest,
            SourceType = input.SourceType ?? "lifecycle",
            Source = input.Dataset.Uri ?? "{}",
            Schema = input.SchemaText ?? (input.Dataset.Schema is { } schema ? ColumnsOf(schema) : null),
            Profile = input.Profile ?? (input.Dataset.Rows is { } rows ? string.Create(CultureInfo.InvariantCulture, $"{{\"num_rows\": {rows}}}") : null),
        });
    }

    private static string ColumnsOf(TableSchema schema)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteStartArray("mlflow_colspec");
            foreach (TableColumn column in schema)
            {
                json.WriteStartObject();
                json.WriteString("type", TypeOf(column.Type));
                json.WriteString("name", column.Name);
                json.WriteBoolean("required", !column.Nullable);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static string TypeOf(ColumnType type) => type switch
    {
        ColumnType.Boolean => "boolean",
        ColumnType.Int32 => "integer",
        ColumnType.Int64 => "long",
        ColumnType.Single => "float",
        ColumnType.Double => "double",
        ColumnType.Date or ColumnType.DateTime => "datetime",
        _ => "string",
    };
}
