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

    /// <summary>
    /// Age under which no blob of any feature is removed, and how long a finished batch protects what it relies on. 24 h by default.
    /// </summary>
    public TimeSpan Young { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a blob must have been without a reference before a collection removes it. 7 days by default; zero removes at once.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Age from which a batch can no longer complete. 24 h by default.</summary>
    public TimeSpan MaximumBatchAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Whether what a call promised survives a loss of power. <see cref="Durability.Flushed"/> by default; anything else is for tests.</summary>
    public Durability Durability { get; set; }

    /// <summary>Names the file system of a folder when it is a network's, else null.</summary>
    internal Func<string, string?> RemoteFormat { get; set; } = RemoteDisk.FormatOf;

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
            (nameof(Young), Young, TimeSpan.FromDays(3650)),
            (nameof(MaximumBatchAge), MaximumBatchAge, TimeSpan.FromDays(365)),
        ];
        IEnumerable<string> problems = limits.Where(l => l.Value <= TimeSpan.Zero || l.Value > l.Most)
            .Select(l => $"LocalStorageOptions.{l.Name} is {l.Value}; set it to more than zero and at most {l.Most}.");
        if (Grace < TimeSpan.Zero || Grace > TimeSpan.FromDays(3650))
        {
            problems = problems.Append($"LocalStorageOptions.Grace is {Grace}; set it to zero or more and at most {TimeSpan.FromDays(3650)}.");
        }

        if (!Enum.IsDefined(Durability))
        {
            problems = problems.Append($"LocalStorageOptions.Durability is {(int)Durability}; set it to Flushed, or to Relaxed in tests.");
        }

        return problems;
    }

    internal LocalStorageOptions Checked()
    {
        string[] problems = [.. Problems()];
        return problems.Length == 0 ? this : throw new OptionsValidationException(nameof(LocalStorageOptions), typeof(LocalStorageOptions), problems);
    }
}
