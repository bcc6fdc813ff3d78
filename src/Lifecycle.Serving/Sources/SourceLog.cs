using Microsoft.Extensions.Logging;

namespace Lifecycle.Serving;

internal static partial class SourceLog
{
    [LoggerMessage(20, LogLevel.Warning, "Model '{Model}': {Problem}")]
    public static partial void PassedOver(ILogger logger, string model, string problem);
}
