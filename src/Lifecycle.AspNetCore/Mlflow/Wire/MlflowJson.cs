using System.Text.Json.Serialization;
using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

/// <summary>Reads and writes the records of the wire. Every root that a route names stands here.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(WireText), typeof(WireInt64), typeof(WireDouble), typeof(WireBoolean), typeof(WireEnum<RunStatus>), typeof(WireEnum<WireView>),
    ])]
[JsonSerializable(typeof(WireError))]
[JsonSerializable(typeof(WireNothing))]
[JsonSerializable(typeof(CreateExperimentRequest))]
[JsonSerializable(typeof(CreateExperimentAnswer))]
[JsonSerializable(typeof(ExperimentRequest))]
[JsonSerializable(typeof(ExperimentByNameRequest))]
[JsonSerializable(typeof(ExperimentAnswer))]
[JsonSerializable(typeof(UpdateExperimentRequest))]
[JsonSerializable(typeof(ExperimentTagRequest))]
[JsonSerializable(typeof(SearchExperimentsRequest))]
[JsonSerializable(typeof(SearchExperimentsAnswer))]
[JsonSerializable(typeof(SearchDatasetsRequest))]
[JsonSerializable(typeof(SearchDatasetsAnswer))]
[JsonSerializable(typeof(ServerInformation))]
[JsonSerializable(typeof(CreateRunRequest))]
[JsonSerializable(typeof(RunAnswer))]
[JsonSerializable(typeof(RunInfoAnswer))]
[JsonSerializable(typeof(RunRequest))]
[JsonSerializable(typeof(UpdateRunRequest))]
[JsonSerializable(typeof(RunPairRequest))]
[JsonSerializable(typeof(LogMetricRequest))]
[JsonSerializable(typeof(LogBatchRequest))]
[JsonSerializable(typeof(LogInputsRequest))]
[JsonSerializable(typeof(LogModelRequest))]
[JsonSerializable(typeof(LogOutputsRequest))]
[JsonSerializable(typeof(SearchRunsRequest))]
[JsonSerializable(typeof(SearchRunsAnswer))]
[JsonSerializable(typeof(MetricHistoryRequest))]
[JsonSerializable(typeof(MetricHistoryBulkRequest))]
[JsonSerializable(typeof(MetricIntervalRequest))]
[JsonSerializable(typeof(MetricsAnswer))]
[JsonSerializable(typeof(ListArtifactsRequest))]
[JsonSerializable(typeof(ListArtifactsAnswer))]
[JsonSerializable(typeof(FolderAnswer))]
[JsonSerializable(typeof(CreateRegisteredModelRequest))]
[JsonSerializable(typeof(RegisteredModelRequest))]
[JsonSerializable(typeof(RegisteredModelAnswer))]
[JsonSerializable(typeof(SearchRegistryRequest))]
[JsonSerializable(typeof(SearchRegisteredModelsAnswer))]
[JsonSerializable(typeof(LatestVersionsRequest))]
[JsonSerializable(typeof(ModelVersionsAnswer))]
[JsonSerializable(typeof(RegistryTagRequest))]
[JsonSerializable(typeof(AliasRequest))]
[JsonSerializable(typeof(CreateModelVersionRequest))]
[JsonSerializable(typeof(ModelVersionRequest))]
[JsonSerializable(typeof(ModelVersionAnswer))]
[JsonSerializable(typeof(DownloadUriAnswer))]
[JsonSerializable(typeof(CreateLoggedModelRequest))]
[JsonSerializable(typeof(FinishLoggedModelRequest))]
[JsonSerializable(typeof(LoggedModelAnswer))]
[JsonSerializable(typeof(LoggedModelPairsRequest))]
[JsonSerializable(typeof(SearchLoggedModelsRequest))]
[JsonSerializable(typeof(SearchLoggedModelsAnswer))]
internal sealed partial class MlflowJson : JsonSerializerContext;
