using Microsoft.Extensions.Logging;

namespace Lifecycle.Serving;

internal static partial class ServingLog
{
    [LoggerMessage(60, LogLevel.Warning, "The spool '{Spool}' of the inference log could not be sealed and is tried again: {Reason}")]
    public static partial void SealFailed(ILogger logger, Exception error, string spool, string reason);

    [LoggerMessage(61, LogLevel.Information, "The spool '{Spool}' that a dead process left is sealed with its {Records} records of model '{Model}', {How}.")]
    public static partial void SpoolInherited(ILogger logger, string spool, int records, string model, string how);

    [LoggerMessage(66, LogLevel.Warning, "{Unreadable} lines of the inference log cannot be read; the spool with them is kept as '{Spool}'.")]
    public static partial void SpoolDamaged(ILogger logger, int unreadable, string spool);

    [LoggerMessage(67, LogLevel.Warning, "The spool '{Spool}' that a dead process left could not be taken over; the next start tries again: {Reason}")]
    public static partial void SpoolNotTaken(ILogger logger, Exception error, string spool, string reason);

    [LoggerMessage(68, LogLevel.Warning, "The spool '{Spool}' of the inference log is gone before it was sealed; its {Records} records of model '{Model}' are lost.")]
    public static partial void SpoolLost(ILogger logger, string spool, long records, string? model);

    [LoggerMessage(69, LogLevel.Warning, "The inference log of model '{Model}' leaves inputs and outputs of fallback answers out: the fallback has no column '{Column}', which is redacted, and may have its values under another name.")]
    public static partial void FallbackNotLogged(ILogger logger, string model, string column);

    [LoggerMessage(62, LogLevel.Warning, "The inference log of model '{Model}' cannot be written and is tried again: {Reason} Predictions go on; records are dropped when the memory for them is full.")]
    public static partial void SpoolFailed(ILogger logger, Exception? error, string model, string reason);

    [LoggerMessage(63, LogLevel.Warning, "The inference log of model '{Model}' dropped {Count} records: {Reason}.")]
    public static partial void RecordsDropped(ILogger logger, string model, long count, string reason);

    [LoggerMessage(64, LogLevel.Warning, "A handler of stored feedback of model '{Model}' threw; the feedback is stored.")]
    public static partial void FeedbackHandlerFailed(ILogger logger, Exception error, string model);

    [LoggerMessage(65, LogLevel.Warning, "The inference log of model '{Model}' was not sealed in time; the next start seals what is left in '{Folder}'.")]
    public static partial void LeftUnsealed(ILogger logger, string model, string folder);
}
