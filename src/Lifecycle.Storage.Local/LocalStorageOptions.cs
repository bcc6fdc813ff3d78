using Microsoft.Extensions.Options;

namespace Lifecycle.Storage.Local;

/// <summary>How the folder of a workspace is used. The defaults fit; tests and very slow disks may change them.</summary>
public sealed class LocalStorageOptions
{
    /// <summary>How long a write waits for another process that is writing. 20 s by default; more than zero, at most an hour.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How often the outbox is looked at for events of other processes. 1 s by default; those of this process arrive at once.</summary>
    public TimeSpan EventPollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often, at most, the file <c>journal/audit.head</c> is replaced. 1 s by default.</summary>
    public TimeSpan AuditCheckpointInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Age from which the temporary files of a dead process are removed when the store opens. 1 h by default.</summary>
    public TimeSpan StaleTemporaryAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Every mistake in these options, one sentence each; empty when they are fine.</summary>
    public IEnumerable<string> Problems()
    {
        TimeSpan hour = TimeSpan.FromHours(1);
        (string Name, TimeSpan Value, TimeSpan Most)[] limits =
        [
            (nameof(BusyTimeout), BusyTimeout, hour),
            (nameof(EventPollInterval), EventPollInterval, hour),
            (nameof(AuditCheckpointInterval), AuditCheckpointInterval, hour),
            (nameof(StaleTemporaryAge), StaleTemporaryAge, TimeSpan.FromDays(365)),
        ];
        return limits.Where(l => l.Value <= TimeSpan.Zero || l.Value > l.Most)
            .Select(l => $"LocalStorageOptions.{l.Name} is {l.Value}; set it to more than zero and at most {l.Most}.");
    }

    internal LocalStorageOptions Checked()
    {
        string[] problems = [.. Problems()];
        return problems.Length == 0 ? this : throw new OptionsValidationException(nameof(LocalStorageOptions), typeof(LocalStorageOptions), problems);
    }
}
