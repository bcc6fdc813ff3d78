namespace Lifecycle.Serving;

/// <content>How deployments become tables.</content>
public sealed partial class ServedModel
{
    private Deployment? _followed;
    private readonly List<string[]> _asked = [];

    /// <summary>
    /// Takes a deployment; an older one than the present changes nothing. The table changes at once when its arms are loaded. Until they are, or turn out not to
    /// come, the deployment before goes on answering; a stop holds at once.
    /// </summary>
    internal bool Apply(Deployment deployment)
    {
        lock (_lock)
        {
            if (deployment.Revision <= _deployment.Revision)
            {
                return false;
            }

            _deployment = deployment;
            if (_route.Closing is not RouteClosing.Disposed and not RouteClosing.Unloaded)
            {
                Publish(isSettled: false);
            }
        }

        if (deployment.IsStopped)
        {
            RefuseWaiting(deployment.StopReason);
        }

        WantNow();
        _follower.Wake();
        return true;
    }

    /// <summary>Makes sure that names can answer. Null when all can; else what is wrong with the first that cannot.</summary>
    /// <param name="asked">The names. They stay wanted until the same array is given to <see cref="WantNoMore"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async ValueTask<string?> WhyNotAsync(string[] asked, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _asked.Add(asked);
        }

        WantNow();
        using CancellationTokenSource limit = new(_context.Options.StartupTimeout, _context.Time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await _follower.SettledAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return $"the source did not answer within {_context.Options.StartupTimeout.TotalSeconds:0} s";
        }

        lock (_lock)
        {
            foreach (string name in asked)
            {
                if (!_current.ContainsKey(name) || _missing.Contains(name))
                {
                    return _missing.Contains(name)
                        ? $"'{name}' is no alias and no version that the source has"
                        : $"'{name}' is not ready: {_held.GetValueOrDefault(name) ?? WhyNot(name) ?? "it is on its way"}";
                }
            }
        }

        return null;
    }

    /// <summary>The reason of a version that is named by its number already, else that of the model.</summary>
    private string? WhyNot(string name) => Wrong() is { } wrong && wrong.Version == name ? wrong.Reason : Reason;

    /// <summary>Gives up what was only wanted for a change that came or did not. Other changes at the same time go on wanting theirs.</summary>
    internal void WantNoMore(string[] asked)
    {
        lock (_lock)
        {
            _asked.Remove(asked);
        }

        WantNow();
    }

    /// <summary>Asks the source for what is deployed, what answers until that can, and what a change asks for.</summary>
    private void WantNow()
    {
        string[] names;
        lock (_lock)
        {
            names = [.. _deployment.Names, .. _followed?.Names ?? [], .. _pins, .. _asked.SelectMany(a => a)];
        }

        _follower.Want(names);
    }

    /// <summary>Publishes the table of what is loaded now. The caller holds the lock.</summary>
    /// <param name="isSettled">Whether all that the deployment names was tried.</param>
    /// <returns>Whether another deployment is followed than before.</returns>
    private bool Publish(bool isSettled)
    {
        // The state is set first: whoever sees the answer of a version sees it as ready.
        List<ServedVersion> fresh = [.. _loaded.Values.Where(v => _living[v].BecomesReady())];
        bool follows = !ReferenceEquals(_followed, _deployment) && CanFollow(isSettled);
        _followed = follows ? _deployment : _followed;
        Deployment shown = ReferenceEquals(_followed, _deployment) ? _deployment : _followed!.Stop(_deployment.StopReason);
        ServedVersion[] versions = [.. _loaded.Values.OrderBy(v => v.Version, VersionOrder.Ascending)];
        HashSet<ServedVersion> before = [.. _route.Answering];
        Replace(RouteTable.Of(shown, _current, versions, _fallback));
        HashSet<ServedVersion> answering = [.. _route.Answering];
        foreach (ServedVersion version in fresh.Where(v => !answering.Contains(v)))
        {
            ServingLog.Loaded(_context.Logger, Name, version.Version);
        }

        foreach (ServedVersion version in answering.Where(v => !before.Contains(v)))
        {
            ServingLog.Answers(_context.Logger, Name, version.Version);
        }

        return follows;
    }

    private bool CanFollow(bool isSettled)
    {
        if (_followed is null || Ready(_followed).Ready == 0)
        {
            return true;
        }

        (int ready, int all) = Ready(_deployment);
        return ready == all || (isSettled && ready > 0);
    }

    private (int Ready, int All) Ready(Deployment deployment)
    {
        int ready = 0, all = 0;
        foreach (DeploymentArm arm in deployment.Arms.Where(a => a.Weight > 0))
        {
            all++;
            ready += _current.ContainsKey(arm.Name) ? 1 : 0;
        }

        return (ready, all);
    }
}
