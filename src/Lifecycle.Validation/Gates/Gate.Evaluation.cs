using System.Data.Common;
using System.Diagnostics;

namespace Lifecycle.Validation;

public sealed partial class Gate
{
    /// <summary>Judges a set of rows.</summary>
    /// <param name="set">Labels, scores or decisions, attributes, features.</param>
    /// <param name="predict">The model, for requirements that try changed inputs.</param>
    /// <param name="baseline">What another model said about the same rows.</param>
    /// <param name="cancellationToken">Cancels the evaluation.</param>
    /// <exception cref="UnknownColumnException">A requirement names an attribute that the set does not have; the message lists those there are.</exception>
    /// <exception cref="ArgumentException">The baseline has another number of rows, or is the model itself.</exception>
    /// <exception cref="InvalidOperationException">Rows have no label.</exception>
    public ValueTask<GateReport> EvaluateAsync(
        EvaluationSet set, BatchPredictor? predict = null, Baseline? baseline = null, CancellationToken cancellationToken = default) =>
        EvaluateCoreAsync(set, null, predict, baseline, new EvaluationContext(), cancellationToken);

    /// <summary>Judges a set of rows and says of which model and data, so that the report is evidence.</summary>
    /// <param name="set">Labels, scores or decisions, attributes, features.</param>
    /// <param name="subject">Digests of the model and of the data.</param>
    /// <param name="predict">The model, for requirements that try changed inputs.</param>
    /// <param name="baseline">What another model said about the same rows.</param>
    /// <param name="context">Who evaluates, by which clock, with which settings.</param>
    /// <param name="cancellationToken">Cancels the evaluation.</param>
    /// <exception cref="UnknownColumnException">A requirement names an attribute that the set does not have; the message lists those there are.</exception>
    /// <exception cref="ArgumentException">The baseline has another number of rows, or is the model itself.</exception>
    /// <exception cref="InvalidOperationException">Rows have no label.</exception>
    public ValueTask<GateReport> EvaluateAsync(
        EvaluationSet set, GateSubject? subject, BatchPredictor? predict = null, Baseline? baseline = null, EvaluationContext? context = null,
        CancellationToken cancellationToken = default) =>
        EvaluateCoreAsync(set, subject, predict, baseline, context ?? new EvaluationContext(), cancellationToken);

    private async ValueTask<GateReport> EvaluateCoreAsync(
        EvaluationSet set, GateSubject? subject, BatchPredictor? predict, Baseline? baseline, EvaluationContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(set);
        cancellationToken.ThrowIfCancellationRequested();
        Check(set, subject, predict, baseline, context.Options);
        using Activity? activity = ValidationTelemetry.Source.StartActivity("gate");
        activity?.SetTag("lifecycle.gate.name", Name);
        long started = context.Time.GetTimestamp();
        GateRun run = new(set, predict, baseline, FirstRun, context, cancellationToken);
        List<Finding> findings = [];
        foreach (Requirement requirement in Requirements)
        {
            cancellationToken.ThrowIfCancellationRequested();
            findings.AddRange(await requirement.JudgeAllAsync(run).ConfigureAwait(false));
        }

        GateReport report = new()
        {
            Id = LifecycleId.New(context.Time),
            CreatedAt = context.Time.GetUtcNow(),
            Actor = context.Actor.Actor,
            LibraryVersion = typeof(Gate).Assembly.GetName().Version?.ToString(3) ?? "0.0.0",
            GateName = Name,
            GateDigest = Digest,
            FrozenAt = FrozenAt,
            Model = subject?.Model,
            Data = [.. subject?.Data ?? []],
            Rows = set.Count,
            DroppedRows = set.DroppedCount,
            Outcome = set.Outcome,
            Seed = context.Options.Seed,
            Draws = context.Options.DisparityDraws,
            Replicates = context.Options.Replicates,
            WhenInconclusive = WhenInconclusive,
            FirstRun = findings.Any(f => f.Verdict == Verdict.Skipped && f.Kind != SliceRequirement.Small),
            Findings = Repeatability.Mark(findings),
            Groups = GroupTable.Of(Requirements.OfType<FairRequirement>(), run),
        };
        Record(report, context.Time.GetElapsedTime(started));
        activity?.SetTag("lifecycle.gate.verdict", report.Verdict.ToString());
        return report;
    }

    private void Check(EvaluationSet set, GateSubject? subject, BatchPredictor? predict, Baseline? baseline, ValidationOptions options)
    {
        if (options.Problems().FirstOrDefault() is { } problem)
        {
            throw new ArgumentException(problem);
        }

        set.EnsureLabelled();
        foreach (string attribute in Requirements.SelectMany(r => r.Attributes))
        {
            _ = set.AttributeNamed(attribute);
        }

        if (baseline is { HasRows: true } && baseline.Count != set.Count)
        {
            throw new ArgumentException($"The baseline has {baseline.Count:N0} rows and the set has {set.Count:N0}; they must be the same rows in the same order.");
        }

        if (baseline?.Model is { } other && other == subject?.Model)
        {
            throw new ArgumentException($"The baseline is the model itself ({other}); compare with another one.");
        }

        if (predict is not null && ReferenceEquals(baseline?.Predictor, predict))
        {
            throw new ArgumentException("The baseline is the model itself: both are the same predictor; compare with another one.");
        }
    }

    internal static async ValueTask<Finding> JudgeAsync(Requirement requirement, GateRun run)
    {
        long started = run.Time.GetTimestamp();
        Finding finding = await FindAsync(requirement, run).ConfigureAwait(false);
        return finding with { Elapsed = run.Time.GetElapsedTime(started) };
    }

    private static async ValueTask<Finding> FindAsync(Requirement requirement, GateRun run)
    {
        try
        {
            return await requirement.JudgeAsync(run).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (run.CancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (EvaluationKindException error)
        {
            return requirement.Without(UndefinedReason.MissingMetric, $"{requirement.Text}: {Wording.Show(error.Message)}");
        }
        catch (Exception error)
        {
            // A requirement that cannot be judged is a finding of its own; the others are judged all the same.
            return requirement.Without(UndefinedReason.Error, $"{requirement.Text}: {Wording.Show(error.Message)}") with { IsTransient = IsTransient(error) };
        }
    }

    private static bool IsTransient(Exception? error) => error is LifecycleStorageException { IsTransient: true } or DbException { IsTransient: true } || (error is not null && IsTransient(error.InnerException));

    private static void Record(GateReport report, TimeSpan elapsed)
    {
        TagList tags = new() { { "lifecycle.gate.name", report.GateName }, { "lifecycle.gate.verdict", report.Verdict.ToString() } };
        ValidationTelemetry.Gates.Add(1, tags);
        ValidationTelemetry.GateDuration.Record(elapsed.TotalSeconds, tags);
    }
}
