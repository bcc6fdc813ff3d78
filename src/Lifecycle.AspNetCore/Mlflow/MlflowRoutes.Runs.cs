using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

internal static partial class MlflowRoutes
{
    private const string NameTag = "mlflow.runName";

    private static void MapRuns(MlflowMap map)
    {
        ExperimentCatalog experiments = map.Server.Experiments;
        MlflowJson json = MlflowJson.Default;
        map.Post("/runs/create", LifecycleVerb.Log, json.CreateRunRequest, json.RunAnswer, async (asked, token) =>
            new RunAnswer(MlflowShapes.Of(await experiments.CreateRunAsync(NewRunOf(asked, map.Server), token).ConfigureAwait(false), isNew: true)));
        map.Get("/runs/get", json.RunRequest, json.RunAnswer, async (asked, token) =>
            new RunAnswer(MlflowShapes.Of(await RequireRunAsync(experiments, MlflowRequire.Run(asked.RunId, asked.RunUuid), token).ConfigureAwait(false))));
        map.Post("/runs/update", LifecycleVerb.Log, json.UpdateRunRequest, json.RunInfoAnswer, async (asked, token) =>
        {
            RunChange change = new()
            {
                Status = asked.Status,
                EndedAt = asked.EndTime is { } end ? MlflowRequire.Time(end, "end_time") : null,
                Name = string.IsNullOrEmpty(asked.RunName) ? null : asked.RunName,
            };
            return new RunInfoAnswer(MlflowShapes.InfoOf(
                await experiments.UpdateRunAsync(MlflowRequire.Run(asked.RunId, asked.RunUuid), change, token).ConfigureAwait(false)));
        });
        map.Post("/runs/delete", LifecycleVerb.Administer, json.RunRequest, (asked, token) =>
            experiments.DeleteRunAsync(MlflowRequire.Run(asked.RunId, asked.RunUuid), token));
        map.Post("/runs/restore", LifecycleVerb.Administer, json.RunRequest, (asked, token) =>
            experiments.RestoreRunAsync(MlflowRequire.Run(asked.RunId, asked.RunUuid), token));
        map.Post("/runs/search", LifecycleVerb.Read, json.SearchRunsRequest, json.SearchRunsAnswer, (asked, token) =>
            MlflowSearch.RunsAsync(map.Server, asked, token));
    }

    private static NewRun NewRunOf(CreateRunRequest asked, MlflowServer server)
    {
        Dictionary<string, string> tags = MlflowRequire.Pairs(asked.Tags, "tags");
        string? name = string.IsNullOrEmpty(asked.RunName) ? null : asked.RunName;
        if (name is not null && tags.TryGetValue(NameTag, out string? tagged) && tagged != name)
        {
            throw MlflowException.Invalid(
                $"Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{MlflowRequire.Show(name)}', mlflow.runName='{MlflowRequire.Show(tagged)}').");
        }

        foreach ((string key, string value) in tags)
        {
            tags[key] = Tag(value, server);
        }

        return new NewRun
        {
            ExperimentId = string.IsNullOrEmpty(asked.ExperimentId) ? "0" : asked.ExperimentId,
            User = string.IsNullOrEmpty(asked.UserId) ? null : asked.UserId,
            Name = name,
            StartedAt = asked.StartTime is { } start ? MlflowRequire.Time(start, "start_time") : null,
            Tags = tags,
        };
    }

    private static async ValueTask<RunRecord> RequireRunAsync(ExperimentCatalog experiments, string runId, CancellationToken cancellationToken) =>
        await experiments.GetRunAsync(runId, cancellationToken).ConfigureAwait(false) ?? throw MlflowException.NotFound($"Run with id={runId} not found");
}
