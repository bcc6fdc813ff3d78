using Microsoft.Extensions.Logging;

namespace Lifecycle.Serving;

/// <summary>What all models of one host share.</summary>
internal sealed record HostContext(
    IServiceProvider Services, IReadOnlyList<IModelRuntime> Runtimes, ServingOptions Options, TimeProvider Time, ILogger Logger);
