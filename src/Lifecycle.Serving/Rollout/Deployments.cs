using System.Runtime.ExceptionServices;

namespace Lifecycle.Serving;

/// <summary>
/// Changes which versions answer whom, while calls run. With a workspace a change is stored, audited and followed by every process that serves the model;
/// without one it lasts as long as the process.
/// </summary>
public sealed class Deployments
{
    private readonly ModelHost _host;
    private readonly HostContext _context;
    private readonly DeploymentStore _store;
    private readonly IActorAccessor? _actor;

    internal Deployments(ModelHost host, HostContext context, DeploymentStore store, IActorAccessor? actor)
    {
        _host = host;
        _context = context;
        _store = store;
        _actor = actor;
    }

    /// <summary>Whether changes are stored and seen by other processes.</summary>
    public bool AreDurable => _store.IsDurable;

    /// <summary>The deployment as it is stored now.</summary>
    /// <exception cref="UnknownModelException">No such model is served here.</exception>
    /// <exception cref="LifecycleStorageException">The store failed.</exception>
    public ValueTask<Deployment> GetAsync(string model, CancellationToken cancellationToken = default) =>
        _store.FindAsync(_host.Model(model).Initial, cancellationToken);

    /// <summary>Changes arms or shadow. Every arm must be ready, or can be made ready now; otherwise nothing changes.</summary>
    /// <param name="model">Name under which it is served.</param>
    /// <param name="change">Makes the new deployment of the stored one, for example <c>d => d.Split(("champion", 50), ("challenger", 50))</c>.</param>
    /// <param name="cancellationToken">Cancelling changes nothing.</param>
    /// <returns>The deployment as it is stored now.</returns>
    /// <exception cref="UnknownModelException">No such model is served here.</exception>
    /// <exception cref="LifecycleException">An arm cannot be made ready; the message says which and why.</exception>
    /// <exception cref="ConcurrencyConflictException">Somebody changed it in between.</exception>
    /// <exception cref="LifecycleStorageException">The store failed; nothing was changed.</exception>
    public ValueTask<Deployment> ChangeAsync(string model, Func<Deployment, Deployment> change, CancellationToken cancellationToken = default) =>
        ChangeAsync(model, change, null, cancellationToken);

    /// <inheritdoc cref="ChangeAsync(string, Func{Deployment, Deployment}, CancellationToken)"/>
    /// <param name="model">Name under which it is served.</param>
    /// <param name="change">Makes the new deployment of the stored one.</param>
    /// <param name="reason">Why; it is written to the audit log.</param>
    /// <param name="cancellationToken">Cancelling changes nothing.</param>
    public async ValueTask<Deployment> ChangeAsync(
        string model, Func<Deployment, Deployment> change, string? reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        ServedModel served = _host.Model(model);
        Deployment before = await _store.FindAsync(served.Initial, cancellationToken).ConfigureAwait(false);
        Deployment after = change(before) ?? throw new ArgumentException("The change returned null; return the deployment that it made.", nameof(change));
        if (after.Model != model)
        {
            throw new ArgumentException($"The change returned a deployment of '{after.Model}'; make it of the one that was given.", nameof(change));
        }

        if (after.SaysTheSameAs(before))
        {
            return before;
        }

        string[] asked = [.. after.Names];
        try
        {
            return await served.WhyNotAsync(asked, cancellationToken).ConfigureAwait(false) is { } why
                ? throw new LifecycleException($"The deployment of '{model}' was not changed to {after}: {why}.")
                : await SaveAsync(served, before, after, "serving.deployment.changed", reason, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            served.WantNoMore(asked);
        }
    }

    /// <summary>Lets nothing answer any more, in every process, until <see cref="ResumeAsync"/>; the fallback answers if there is one.</summary>
    /// <param name="model">Name under which it is served.</param>
    /// <param name="reason">Why; callers and the audit log are told.</param>
    /// <param name="cancellationToken">Cancelling changes nothing.</param>
    /// <exception cref="LifecycleStorageException">The store failed; nothing was changed.</exception>
    public async ValueTask<Deployment> StopAsync(string model, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        ServedModel served = _host.Model(model);
        Deployment before = await _store.FindAsync(served.Initial, cancellationToken).ConfigureAwait(false);
        return await SaveAsync(served, before, before.Stop(reason), "serving.model.stopped", reason, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets the model answer again. When it was not stopped nothing changes.</summary>
    /// <exception cref="LifecycleStorageException">The store failed; nothing was changed.</exception>
    public async ValueTask<Deployment> ResumeAsync(string model, CancellationToken cancellationToken = default)
    {
        ServedModel served = _host.Model(model);
        Deployment before = await _store.FindAsync(served.Initial, cancellationToken).ConfigureAwait(false);
        return before.IsStopped
            ? await SaveAsync(served, before, before.Stop(null), "serving.model.resumed", null, cancellationToken).ConfigureAwait(false)
            : before;
    }

    /// <summary>Forgets what is stored: what the code says holds again, here and in every process.</summary>
    /// <exception cref="LifecycleStorageException">The store failed; nothing was changed.</exception>
    public async ValueTask<Deployment> ResetAsync(string model, CancellationToken cancellationToken = default)
    {
        ServedModel served = _host.Model(model);
        DeploymentEntry entry = new("serving.deployment.changed", DeploymentJson.Write(served.Deployment), "reset", Actor);
        (long revision, DateTimeOffset at) = await _store.SaveAsync(model, null, null, entry, cancellationToken).ConfigureAwait(false);
        return Take(served, served.Initial.Stored(revision, at, entry.Actor));
    }

    /// <summary>Takes over what was stored by others.</summary>
    internal async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, long> revisions = await _store.RevisionsAsync(cancellationToken).ConfigureAwait(false);
        ExceptionDispatchInfo? damaged = null;
        foreach (ServedModel model in _host.Models)
        {
            if (revisions.TryGetValue(model.Name, out long revision) && revision != model.Deployment.Revision)
            {
                try
                {
                    Take(model, await _store.FindAsync(model.Initial, cancellationToken).ConfigureAwait(false));
                }
                catch (LifecycleStorageException error)
                {
                    // A damaged row of one model holds up no other.
                    damaged ??= ExceptionDispatchInfo.Capture(error);
                }
            }
        }

        damaged?.Throw();
    }

    private string Actor => _actor?.Actor ?? Environment.UserName;

    private async ValueTask<Deployment> SaveAsync(
        ServedModel served, Deployment before, Deployment after, string action, string? reason, CancellationToken cancellationToken)
    {
        DeploymentEntry entry = new(action, DeploymentJson.Write(before), reason, Actor);
        (long revision, DateTimeOffset at) = await _store.SaveAsync(served.Name, before.Revision, after, entry, cancellationToken).ConfigureAwait(false);
        return Take(served, after.Stored(revision, at, entry.Actor));
    }

    /// <summary>Takes what is stored. It is not read again: that could fail, and the change has been made.</summary>
    private Deployment Take(ServedModel served, Deployment stored)
    {
        if (served.Apply(stored))
        {
            ServingLog.Deployed(_context.Logger, served.Name, stored.ToString(), stored.Revision);
        }

        return stored;
    }
}
