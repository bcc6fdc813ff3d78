using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Lifecycle.Tracking;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>Writes one fit into a run, piece by piece; a piece that fails becomes a problem of the run and the others go on.</summary>
internal sealed class FitLog
{
    private const int LongestSchema = 60_000;
    private const string SeedTag = "lifecycle.seed";

    private readonly Run _run;
    private readonly List<object> _steps = [];
    private readonly Dictionary<string, object?> _told = new(StringComparer.Ordinal);
    private readonly List<(string Prefix, object Trainer)> _trainers = [];

    public FitLog(Run run, object pipeline)
    {
        _run = run;
        Try("pipeline", () =>
        {
            _steps.AddRange(TrainerOptionsReader.Steps(pipeline));
            foreach (object trainer in _steps.Where(TrainerOptionsReader.IsTrainer))
            {
                _trainers.Add((_trainers.Count == 0 ? "trainer" : $"trainer{_trainers.Count + 1}", trainer));
            }
        });
    }

    public void Options() => EachTrainer("options", (trainer, prefix) => TrainerOptionsReader.Read(trainer, prefix).Select(told =>
    {
        _told[told.Key] = told.Value;
        return told;
    }));

    /// <summary>The seed of the context that made the pipeline, when it has one.</summary>
    public void Seed() => Try("seed", () =>
    {
        if (_steps.Select(TrainerOptionsReader.SeedOf).FirstOrDefault(s => s is not null) is { } seed)
        {
            _run.SetTag(SeedTag, seed.ToString(CultureInfo.InvariantCulture));
        }
    });

    /// <summary>What LightGBM made of its options, and what other trainers chose for options that were left to them; they fill it in while they train.</summary>
    public void EffectiveOptions() => EachTrainer("effective options", (trainer, prefix) => TrainerOptionsReader.Read(trainer, prefix)
        .Where(now => _told.TryGetValue(now.Key, out object? told) && TrainerFields.IsSimple(now.Value) && now.Value is not Array && !Equals(told, now.Value))
        .Select(now => KeyValuePair.Create($"{prefix}.effective{now.Key[prefix.Length..]}", now.Value))
        .Concat(TrainerOptionsReader.ReadEffective(trainer, prefix)));

    public void Duration(TimeSpan duration) => Try("duration", () => _run.LogMetric("fit.duration_s", duration.TotalSeconds));

    /// <summary>The transforms with the columns they read and make; without a fitted pipeline only their names.</summary>
    public void Pipeline(ITransformer? fitted, IDataView? input) => Try("pipeline", () =>
    {
        IReadOnlyList<string?> columns = PipelineColumns.Of(fitted, input?.Schema, _steps.Count);
        int number = 0;
        for (int i = 0; i < _steps.Count; i++)
        {
            if (!TrainerOptionsReader.IsTrainer(_steps[i]))
            {
                string name = _steps[i].GetType().Name;
                Param($"pipeline.{number++}", columns[i] is { } text ? $"{name}: {text}" : name);
            }
        }
    });

    /// <summary>The training rows: how many, which columns, which digest.</summary>
    public void Data(IDataView input, DatasetReference? given)
    {
        Try("schema", () =>
        {
            string text = string.Join(", ", input.Schema.Where(c => !c.IsHidden).Select(c => $"{c.Name} {c.Type}"));
            Param("data.schema", text.Length <= LongestSchema ? text : string.Concat(text.AsSpan(0, LongestSchema), "..."));
        });
        Try("data", () =>
        {
            DatasetReference data = given ?? (input as ColumnBatchView)?.Source ?? TrainingRows.Describe(input);
            if ((input.GetRowCount() ?? data.Rows) is { } rows)
            {
                _run.LogMetric("fit.rows", rows);
            }

            _run.LogInput(data, TrainingRows.Context);
        });
    }

    public void Model(ITransformer fitted, IDataView input) => Try("model", () => TrackedModels.Save(_run, fitted, input.Schema));

    /// <summary>Metrics on rows that the fit did not see.</summary>
    public void Metrics(ITransformer fitted, IDataView validation, string? label) => Try("metrics", () =>
    {
        object? trainer = _trainers.Count == 0 ? null : _trainers[^1].Trainer;
        string Column(string option, string otherwise) => trainer is null ? otherwise : TrainerOptionsReader.Option(trainer, option) as string ?? otherwise;
        EvaluationByShape evaluation = new(
            label ?? Column("LabelColumnName", "Label"), Column("RowGroupColumnName", "GroupId"), Column("FeatureColumnName", "Features"),
            PipelineColumns.Flat(fitted).Last().GetType().Name.StartsWith("AnomalyPredictionTransformer", StringComparison.Ordinal));
        foreach ((string name, double value) in evaluation.Evaluate(new MLContext(), fitted.Transform(validation)))
        {
            _run.LogMetric(name, value);
        }
    });

    private void EachTrainer(string what, Func<object, string, IEnumerable<KeyValuePair<string, object?>>> read)
    {
        foreach ((string prefix, object trainer) in _trainers)
        {
            Try(what, () =>
            {
                foreach ((string name, object? value) in read(trainer, prefix))
                {
                    Param(name, value);
                }
            });
        }
    }

    // In a strict run a refused param throws; the next one is still worth writing.
    private void Param(string name, object? value)
    {
        try
        {
            _run.LogParam(name, value);
        }
        catch (RunMisuseException)
        {
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Logging never hurts a training job; what went wrong stays visible on the run.")]
    private void Try(string what, Action log)
    {
        try
        {
            log();
        }
        catch (RunMisuseException)
        {
            // Kept by the run already.
        }
        catch (Exception e)
        {
            _run.ReportProblem("autolog", what, $"The {what} of the fit could not be logged: {e.GetType().Name}: {e.Message}");
        }
    }
}
