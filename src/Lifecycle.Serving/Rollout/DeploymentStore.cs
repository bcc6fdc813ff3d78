namespace Lifecycle.Serving;

/// <summary>
/// Where changed deployments are kept. This one keeps them as long as the process lives; nobody else sees them.
/// A reset keeps its revision, so that whoever changes from an older one is told.
/// </summary>
internal class DeploymentStore(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Revision, Deployment? Deployment)> _kept = new(StringComparer.Ordinal);

    /// <summary>Whether changes outlive the process and are seen by others.</summary>
    public virtual bool IsDurable => false;

    protected TimeProvider Time => time;

    /// <summary>Names and revisions of all that were ever changed.</summary>
    public virtual ValueTask<IReadOnlyDictionary<string, long>> RevisionsAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_kept.ToDictionary(k => k.Key, k => k.Value.Revision, StringComparer.Ordinal));
        }
    }

    /// <summary>The deployment of a model: the kept one, or the one that the code says with the revision of its reset.</summary>
    /// <param name="initial">What the code says.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public virtual ValueTask<Deployment> FindAsync(Deployment initial, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_kept.TryGetValue(initial.Model, out (long Revision, Deployment? Deployment) there)
                ? there.Deployment ?? initial.Stored(there.Revision, null, null)
                : initial);
        }
    }

    /// <summary>Keeps a deployment if nobody was faster; null forgets the kept one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="expected">The revision from which the change was made; null: whatever is there.</param>
    /// <param name="after">What to keep.</param>
    /// <param name="entry">What the audit log is told: action, state before, reason.</param>
    /// <param name="cancellationToken">Cancelling changes nothing.</param>
    /// <returns>The new revision, and when it was made.</returns>
    /// <exception cref="ConcurrencyConflictException">Another change came first.</exception>
    public virtual ValueTask<(long Revision, DateTimeOffset At)> SaveAsync(
        string model, long? expected, Deployment? after, DeploymentEntry entry, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            long revision = _kept.GetValueOrDefault(model).Revision;
            Require(model, expected, revision);
            revision++;
            DateTimeOffset at = time.GetUtcNow();
            _kept[model] = (revision, after?.Stored(revision, at, entry.Actor));
            return new((revision, at));
        }
    }

    protected static void Require(string model, long? expected, long actual)
    {
        if (expected is { } revision && revision != actual)
        {
            throw new ConcurrencyConflictException(
                "database", "change deployment", model,
                $"The deployment of '{model}' was changed meanwhile: this change was made from revision {revision}, revision {actual} is there now. "
                + "Read it and change again.");
        }
    }
}

/// <summary>What the audit log is told of a change.</summary>
/// <param name="Action">For example <c>serving.deployment.changed</c>.</param>
/// <param name="Before">The state before as JSON.</param>
/// <param name="Reason">Why, in the words of the actor.</param>
/// <param name="Actor">Who.</param>
internal sealed record DeploymentEntry(string Action, string? Before, string? Reason, string Actor);
