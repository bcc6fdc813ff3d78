using Microsoft.Extensions.Logging;

namespace Lifecycle.Storage.Local;

internal static partial class StorageLog
{
    [LoggerMessage(1001, LogLevel.Warning, "The audit checkpoint '{File}' could not be replaced; it is tried again with the next entry.")]
    public static partial void CheckpointFailed(ILogger logger, string file, Exception error);

    [LoggerMessage(1002, LogLevel.Error, "The audit checkpoint '{File}' does not fit the audit log and was kept as it is: verify the log.")]
    public static partial void CheckpointContradicted(ILogger logger, string file);

    [LoggerMessage(1003, LogLevel.Warning, "The receiver '{Receiver}' failed on the event {EventName} at {Position}; it gets it again in {Delay}.")]
    public static partial void ReceiverFailed(ILogger logger, string receiver, string eventName, long position, TimeSpan delay, Exception error);

    [LoggerMessage(1004, LogLevel.Warning, "The outbox could not be read or the position of '{Receiver}' not be kept; it is tried again in {Delay}.")]
    public static partial void OutboxFailed(ILogger logger, string receiver, TimeSpan delay, Exception error);

    [LoggerMessage(1005, LogLevel.Warning,
        "The folder '{Folder}' lies on a network file system ({Format}). Use it from one process at a time: that a lock keeps others out and that a flush reaches the disk is the promise of its server, not of this machine.")]
    public static partial void RemoteFolder(ILogger logger, string folder, string format);
}
