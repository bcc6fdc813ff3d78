using System.Globalization;
using Lifecycle.Drift;
using Lifecycle.Tracking;
using Lifecycle.Validation;

namespace Lifecycle;

/// <summary>
/// Trigger, train, gate against the champion, promote or keep. One process at a time works on a model; a challenger that does not pass is registered
/// with its report and never promoted, so that its refusal can be explained later.
/// </summary>
public sealed class RetrainingLoop
{
    private readonly ExperimentCatalog _experiments;
    private readonly ModelRegistry _registry;
    private readonly GateEvaluator _gates;
    private readonly DriftMonitors _monitors;
    private readonly JournalFolder _journal;

    /// <summary>Makes a loop.</summary>
    /// <param name="experiments">Where the training is a run.</param>
    /// <param name="registry">Where versions and aliases are.</param>
    /// <param name="gates">Evaluates and keeps reports.</param>
    /// <param name="monitors">Where references of drift are.</param>
    /// <param name="journal">Where the lease of a model lies.</param>
    public RetrainingLoop(ExperimentCatalog experiments, ModelRegistry registry, GateEvaluator gates, DriftMonitors monitors, JournalFolder journal)
    {
        ArgumentNullException.ThrowIfNull(experiments);
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(gates);
        ArgumentNullException.ThrowIfNull(monitors);
        ArgumentNullException.ThrowIfNull(journal);
        _experiments = experiments;
        _registry = registry;
        _gates = gates;
        _monitors = monitors;
        _journal = journal;
    }

    /// <summary>Goes once through the loop.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="trigger">Why, in words; stands on the run and in the audit log.</param>
    /// <param name="cancellationToken">Stops before the promotion; a promotion that has begun is finished.</param>
    /// <returns>What happened. An exception of the trainer fails the run and passes through.</returns>
    public async Task<RetrainingOutcome> RunOnceAsync(RetrainingPlan plan, string trigger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentException.ThrowIfNullOrWhiteSpace(trigger);
        using FileStream? lease = TryLease(plan.Model);
        ModelVersion? champion = await ChampionAsync(plan, cancellationToken).ConfigureAwait(false);
        if (lease is null)
        {
            return new RetrainingOutcome(RetrainingResult.Busy, champion, null, null);
        }

        RetrainingOutcome? outcome = null;
        await _experiments.RunAsync(
            plan.Model,
            async run => outcome = await ChallengeAsync(plan, new RetrainingContext(run, champion, trigger), cancellationToken).ConfigureAwait(false),
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return outcome!;
    }

    private async Task<RetrainingOutcome> ChallengeAsync(RetrainingPlan plan, RetrainingContext context, CancellationToken cancellationToken)
    {
        context.Run.SetTag("lifecycle.retraining.trigger", context.Trigger);
        Challenger challenger = await plan.Train(context, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"The training of '{plan.Model}' gave no challenger.");
        RequireComparison(plan, context.Champion, challenger);
        GateReport report = await _gates.EvaluateAsync(
            plan.Gate, challenger.Model, challenger.Rows, challenger.Predict, challenger.Baseline, cancellationToken: cancellationToken).ConfigureAwait(false);
        ModelVersion version = await _registry.RegisterAsync(plan.Model, challenger.Model, [report], cancellationToken).ConfigureAwait(false);
        if (!report.Passed)
        {
            return new RetrainingOutcome(RetrainingResult.Kept, context.Champion, version, report);
        }

        if (challenger.Reference is { } reference)
        {
            await _monitors.RegisterReferenceAsync(plan.Model, version.Number.ToString(CultureInfo.InvariantCulture), reference, cancellationToken).ConfigureAwait(false);
        }

        await _registry.PromoteAsync(
            version, plan.Alias, $"{context.Trigger}; gate '{plan.Gate.Name}' passed", context.Champion?.Number ?? 0, cancellationToken).ConfigureAwait(false);
        return new RetrainingOutcome(RetrainingResult.Promoted, version, version, report);
    }

    /// <summary>Where a champion is there, a challenger is compared with it and not waved through as a first run.</summary>
    private static void RequireComparison(RetrainingPlan plan, ModelVersion? champion, Challenger challenger)
    {
        if (champion is not null && challenger.Baseline is null && plan.Gate.FirstRun == FirstRun.ValueLimitsOnly)
        {
            throw new LifecycleException(
                $"'{plan.Model}' has a champion, {champion}, and the training gave no baseline: score the champion on the same rows and return it as Challenger.Baseline.");
        }

        if (champion is not null && challenger.Baseline?.Model is { } compared && compared != champion.Digest)
        {
            throw new LifecycleException($"The challenger of '{plan.Model}' was compared with the model {compared}; the champion {champion} is {champion.Digest}.");
        }
    }

    private async Task<ModelVersion?> ChampionAsync(RetrainingPlan plan, CancellationToken cancellationToken) =>
        await _registry.GetByAliasAsync(plan.Model, plan.Alias, cancellationToken).ConfigureAwait(false);

    /// <summary>An exclusive lock on a file; the system frees it when the process dies. Null when somebody else has it.</summary>
    private FileStream? TryLease(string model)
    {
        string name = Digest.Of(System.Text.Encoding.UTF8.GetBytes(model)).Hex[..32];
        string path = Path.Combine(_journal.Path, $"retraining-{name}.lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (IsHeld(error))
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LifecycleStorageException(
                "journal", "lease", model,
                $"The retraining of '{model}' cannot begin: '{path}' cannot be written: {error.Message} Free some space, or let this user write there.",
                isTransient: true, error);
        }
    }

    // On Unix the runtime puts errno into HResult: EAGAIN is 11 on Linux and 35 on macOS. On Windows: sharing or lock violation.
    private static bool IsHeld(IOException error) => OperatingSystem.IsWindows()
        ? (uint)error.HResult is 0x80070020 or 0x80070021
        : error.HResult is 11 or 35;
}
