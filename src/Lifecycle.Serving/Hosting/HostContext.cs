using Microsoft.Extensions.Logging;

namespace Lifecycle.Serving;

/// <summary>What all models of one host share.</summary>
internal sealed record HostContext(
    IServiceProvider Services, IReadOnlyList<IModelRuntime> Runtimes, ServingOptions Options, TimeProvider Time, ILogger Logger)
{
    /// <summary>Is told of versions that come and go; null without a workspace.</summary>
    public ServingAudit? Audit { get; private init; }

    public static HostContext Of(IServiceProvider services, IReadOnlyList<IModelRuntime> runtimes, ServingOptions options, TimeProvider time, ILogger logger)
    {
        QuietLogger quiet = new(logger);
        return new(services, runtimes, options, time, quiet)
        {
            Audit = services.GetService(typeof(LifecycleDatabase)) is LifecycleDatabase database && services.GetService(typeof(IAuditLog)) is IAuditLog audit
                ? new ServingAudit(database, audit, quiet)
                : null,
        };
    }
}
