using Microsoft.Extensions.Logging;

namespace Lifecycle.Tracking;

/// <summary>Numbered log events of tracking.</summary>
internal static partial class TrackingLog
{
    [LoggerMessage(2001, LogLevel.Information, "Registered version {Version} of '{Model}' ({Digest}).")]
    public static partial void VersionRegistered(ILogger logger, string model, int version, Digest digest);

    [LoggerMessage(2002, LogLevel.Information, "'{Model}@{Alias}' points at version {Version}.")]
    public static partial void AliasMoved(ILogger logger, string model, string alias, int version);

    [LoggerMessage(2003, LogLevel.Warning, "Version {Version} of '{Model}' was not promoted to '{Alias}': {Reasons}")]
    public static partial void PromotionRefused(ILogger logger, string model, int version, string alias, string reasons);

    [LoggerMessage(2004, LogLevel.Information, "Registered version {Version} of '{Model}' from {Source}.")]
    public static partial void SourceRegistered(ILogger logger, string model, int version, string source);

    [LoggerMessage(2010, LogLevel.Warning, "Run {Run}: {Problem} Further problems of this kind with '{Subject}' are counted, not logged.")]
    public static partial void Misuse(ILogger logger, string run, string problem, string subject);

    [LoggerMessage(2011, LogLevel.Warning, "Run {Run} could not be written to the database at once; it is kept in its journal and written later.")]
    public static partial void Spooled(ILogger logger, string run, Exception? cause);

    [LoggerMessage(2012, LogLevel.Warning, "The journal of run {Run} cannot grow: {Cause}. Records are kept in memory; free some disk space.")]
    public static partial void Degraded(ILogger logger, string run, string cause);

    [LoggerMessage(2013, LogLevel.Information, "The journal of run {Run} can be written again; {Records} records were moved from memory to disk, {Dropped} were lost.")]
    public static partial void Restored(ILogger logger, string run, long records, long dropped);

    [LoggerMessage(2014, LogLevel.Warning, "Records of run {Run} could not be moved into the database; they stay in the journal and are tried again.")]
    public static partial void DrainFailed(ILogger logger, string run, Exception cause);

    [LoggerMessage(2015, LogLevel.Error, "The journal {File} is damaged at offset {Offset}; {Left} bytes were not read. It was moved to 'torn' beside the journals. Everything before was taken over.")]
    public static partial void JournalTorn(ILogger logger, string file, long offset, long left);

    [LoggerMessage(2016, LogLevel.Warning, "The file {File} among the journals was left alone: {Reason}.")]
    public static partial void JournalIgnored(ILogger logger, string file, string reason);

    [LoggerMessage(2017, LogLevel.Warning, "Run {Run} was ended as Killed: {Reason}.")]
    public static partial void RunKilled(ILogger logger, string run, string reason);

    [LoggerMessage(2018, LogLevel.Warning, "Looking for runs of dead processes failed; it is tried again.")]
    public static partial void SweepFailed(ILogger logger, Exception cause);
}
