using System.Diagnostics;
using Lifecycle.Tracking;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>A pipeline that writes down what it was told and what came out. Nothing it does can fail a fit.</summary>
internal sealed class TrackedEstimator<TTransformer>(IEstimator<TTransformer> inner, Run run, IDataView? validation, string label) : IEstimator<TTransformer>
    where TTransformer : class, ITransformer
{
    public TTransformer Fit(IDataView input)
    {
        Log("options", LogOptions);
        long started = Stopwatch.GetTimestamp();
        TTransformer fitted = inner.Fit(input);
        TimeSpan duration = Stopwatch.GetElapsedTime(started);
        Log("outcome", () =>
        {
            run.LogMetric("fit.duration_s", duration.TotalSeconds);
            if (input.GetRowCount() is { } rows)
            {
                run.LogMetric("fit.rows", rows);
            }

            run.LogParam("data.schema", string.Join(", ", input.Schema.Where(c => !c.IsHidden).Select(c => $"{c.Name} {c.Type}")));
            if (validation is not null)
            {
                foreach ((string name, double value) in EvaluationByShape.Evaluate(new MLContext(), fitted.Transform(validation), label))
                {
                    run.LogMetric(name, value);
                }
            }
        });
        return fitted;
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inner.GetOutputSchema(inputSchema);

    private void LogOptions()
    {
        int transforms = 0;
        foreach (object step in TrainerOptionsReader.Steps(inner))
        {
            if (TrainerOptionsReader.IsTrainer(step))
            {
                foreach ((string name, string value) in TrainerOptionsReader.Read(step))
                {
                    run.LogParam(name, value);
                }
            }
            else
            {
                run.LogParam($"pipeline.{transforms++}", step.GetType().Name);
            }
        }
    }

    private void Log(string what, Action log)
    {
        try
        {
            log();
        }
#pragma warning disable CA1031 // logging never hurts a training job; what went wrong stays visible on the run
        catch (Exception exception)
#pragma warning restore CA1031
        {
            run.SetTag($"lifecycle.autolog.{what}", $"not logged: {exception.Message}");
        }
    }
}
