namespace Lifecycle.Tracking;

/// <summary>How journals of runs are written.</summary>
public sealed class JournalOptions
{
    /// <summary>
    /// What a power loss may take at most. The death of the process takes nothing, whatever this says. 1 s; <see cref="TimeSpan.Zero"/> flushes every record
    /// before the call returns, which then takes as long as the disk does.
    /// </summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How records get into the file. <see cref="JournalWrite.Auto"/>.</summary>
    public JournalWrite Write { get; set; }

    /// <summary>Bytes of the first segment; the second has 16 times as much, all further ones 64 times. 256 KiB; 16 KiB to 16 MiB, a multiple of 4 KiB.</summary>
    public int FirstSegmentBytes { get; set; } = 256 * 1024;

    /// <summary>Records that are kept in memory while no segment can be written, for example because the disk is full. 65,536; beyond it the newest are dropped and counted.</summary>
    public int MemoryRecords { get; set; } = 65_536;

    /// <summary>The longest time between two moves of records into the database. 100 ms.</summary>
    public TimeSpan DrainInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    internal string? Broken() =>
        FlushInterval < TimeSpan.Zero || FlushInterval > TimeSpan.FromHours(1) ? $"Journal.FlushInterval is {FlushInterval}; set it to 0 (flush every record) up to 1 hour."
        : !Enum.IsDefined(Write) ? $"Journal.Write is {(int)Write}; set it to Auto, Mapped or Call."
        : FirstSegmentBytes < 16 * 1024 || FirstSegmentBytes > 16 * 1024 * 1024 || FirstSegmentBytes % 4096 != 0
            ? $"Journal.FirstSegmentBytes is {FirstSegmentBytes}; set it to 16 KiB up to 16 MiB, a multiple of 4096."
        : MemoryRecords < 0 || MemoryRecords > 16_777_216 ? $"Journal.MemoryRecords is {MemoryRecords}; set it to 0 up to 16,777,216."
        : DrainInterval <= TimeSpan.Zero || DrainInterval > TimeSpan.FromMinutes(1) ? $"Journal.DrainInterval is {DrainInterval}; set it to more than 0 and at most 1 minute."
        : null;
}
