using Microsoft.Extensions.Logging;

namespace Lifecycle.Serving;

internal static partial class ServingLog
{
    [LoggerMessage(1, LogLevel.Information, "Model '{Model}' answers with version {Version}.")]
    public static partial void Answers(ILogger logger, string model, string version);

    [LoggerMessage(16, LogLevel.Information, "Model '{Model}': version {Version} is loaded and gets no calls by the deployment.")]
    public static partial void Loaded(ILogger logger, string model, string version);

    [LoggerMessage(2, LogLevel.Error, "Model '{Model}': version {Version} was rejected: {Reason}. {Serving}")]
    public static partial void Rejected(ILogger logger, string model, string version, string reason, string serving);

    [LoggerMessage(3, LogLevel.Error, "Model '{Model}': version {Version} failed to load and is tried again: {Reason}. {Serving}")]
    public static partial void LoadFailed(ILogger logger, Exception error, string model, string version, string reason, string serving);

    [LoggerMessage(4, LogLevel.Warning, "Model '{Model}': its source failed and is asked again: {Reason}. {Serving}")]
    public static partial void SourceFailed(ILogger logger, Exception error, string model, string reason, string serving);

    [LoggerMessage(5, LogLevel.Warning, "Model '{Model}': its source names no version for '{Name}': {Reason}. {Serving}")]
    public static partial void NothingNamed(ILogger logger, string model, string name, string reason, string serving);

    [LoggerMessage(6, LogLevel.Warning, "Model '{Model}': version {Version} was replaced and is still leased {Leases} times; it lives until the leases are given back.")]
    public static partial void StillLeased(ILogger logger, string model, string version, long leases);

    [LoggerMessage(7, LogLevel.Information, "Model '{Model}': version {Version} was disposed.")]
    public static partial void Retired(ILogger logger, string model, string version);

    [LoggerMessage(8, LogLevel.Error, "Model '{Model}': disposing version {Version} failed.")]
    public static partial void DisposeFailed(ILogger logger, Exception error, string model, string version);

    [LoggerMessage(9, LogLevel.Warning, "Model '{Model}': the inference sink {Sink} threw for the {Count}. time; predictions go on without it.")]
    public static partial void SinkFailed(ILogger logger, Exception error, string model, string sink, long count);

    [LoggerMessage(15, LogLevel.Error, "Model '{Model}': '{Name}' means version {Version} now and stays where it is, as callers would notice: {Reason}. {Serving}")]
    public static partial void Held(ILogger logger, string model, string name, string version, string reason, string serving);

    [LoggerMessage(14, LogLevel.Warning, "Model '{Model}': the log, the shadow or the sinks were not told of a prediction, for the {Count}. time; predictions go on.")]
    public static partial void NotTold(ILogger logger, Exception error, string model, long count);

    [LoggerMessage(10, LogLevel.Warning, "Model '{Model}': {Count} versions are wanted and at most {Most} are loaded; the oldest stay out (ServingOptions.MaximumVersions).")]
    public static partial void TooManyVersions(ILogger logger, string model, int count, int most);

    [LoggerMessage(11, LogLevel.Warning, "The entry {Action} of '{Model}' could not be written to the audit log: {Reason}. Serving goes on.")]
    public static partial void NotAudited(ILogger logger, Exception? error, string action, string model, string reason);

    [LoggerMessage(12, LogLevel.Warning, "Stored deployments cannot be read and are asked for again: {Reason}. Models go on as they were.")]
    public static partial void DeploymentsUnread(ILogger logger, Exception error, string reason);

    [LoggerMessage(13, LogLevel.Information, "Model '{Model}' is deployed as {Deployment} (revision {Revision}).")]
    public static partial void Deployed(ILogger logger, string model, string deployment, long revision);
}
