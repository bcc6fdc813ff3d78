namespace Lifecycle.Drift;

public sealed partial class DriftMonitors
{
    /// <summary>Opens a monitor of columns by name for a version of a model; its windows and alerts are saved here. Dispose it.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Label of the version.</param>
    /// <param name="reference">What to compare with.</param>
    /// <param name="options">Windows and alerts, over the defaults of <see cref="DriftOptions"/>.</param>
    public DriftMonitor Open(string model, string version, ReferenceProfile reference, Action<MonitorOptions>? options = null) => WithOptions(
        model, version, options, (ledger, made) => new DriftMonitor(reference, made, Time, _logger, ledger));

    /// <summary>Opens a monitor of records for a version of a model; its windows and alerts are saved here. Dispose it.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Label of the version.</param>
    /// <param name="reference">What to compare with; it knows how to read a <typeparamref name="T"/>.</param>
    /// <param name="options">Windows and alerts, over the defaults of <see cref="DriftOptions"/>.</param>
    /// <exception cref="InvalidOperationException">The profile does not know how to read a <typeparamref name="T"/>: see <see cref="ReferenceProfile.ReadingWith"/>.</exception>
    public DriftMonitor<T> Open<T>(string model, string version, ReferenceProfile reference, Action<MonitorOptions>? options = null) => WithOptions(
        model, version, options, (ledger, made) => new DriftMonitor<T>(reference, made, Time, _logger, ledger));

    /// <summary>Opens a monitor of columns by name with the registered reference.</summary>
    /// <exception cref="MissingReferenceException">No reference was registered for this version.</exception>
    public async ValueTask<DriftMonitor> OpenAsync(
        string model, string version, Action<MonitorOptions>? options = null, CancellationToken cancellationToken = default) =>
        Open(model, version, await RequireAsync(model, version, cancellationToken).ConfigureAwait(false), options);

    /// <summary>Opens a monitor of records with the registered reference.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Label of the version.</param>
    /// <param name="columns">Names columns of the reference and how each is read from a record.</param>
    /// <param name="options">Windows and alerts, over the defaults of <see cref="DriftOptions"/>.</param>
    /// <param name="cancellationToken">Cancels the reading of the reference.</param>
    /// <exception cref="MissingReferenceException">No reference was registered for this version.</exception>
    public async ValueTask<DriftMonitor<T>> OpenAsync<T>(
        string model, string version, Action<ProfileBuilder<T>> columns, Action<MonitorOptions>? options = null, CancellationToken cancellationToken = default)
    {
        ReferenceProfile reference = await RequireAsync(model, version, cancellationToken).ConfigureAwait(false);
        return Open<T>(model, version, reference.ReadingWith(columns), options);
    }

    private TMonitor WithOptions<TMonitor>(
        string model, string version, Action<MonitorOptions>? options, Func<MonitorLedger, MonitorOptions, TMonitor> make)
    {
        MonitorOptions made = _options.ToMonitor(options);
        return make(new MonitorLedger(this, ResourceName.Require(model, "model"), ResourceName.Require(version, "model version"), made.Name), made);
    }

    private async ValueTask<ReferenceProfile> RequireAsync(string model, string version, CancellationToken cancellationToken) =>
        await GetReferenceAsync(model, version, cancellationToken).ConfigureAwait(false) ?? throw new MissingReferenceException(model, version);
}
