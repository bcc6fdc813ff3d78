using Lifecycle;
using Lifecycle.Storage.Local;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Storage in a folder.</summary>
public static class LocalStorageLifecycleBuilderExtensions
{
    /// <summary>Keeps everything in one folder: a SQLite file, an object store, an audit log. Wins over storage that was chosen before.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="root">The folder, for example <c>./lifecycle</c>; made when it is not there.</param>
    /// <param name="configure">Changes the options.</param>
    public static LifecycleBuilder UseLocalStorage(this LifecycleBuilder builder, string root, Action<LocalStorageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        SqliteRehearsal.Begin();
        IServiceCollection services = builder.Services;
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LocalStorageOptions>, LocalStorageOptionsCheck>());
        services.AddOptions<LocalStorageOptions>().Configure(configure ?? (_ => { })).ValidateOnStart();
        services.Replace(ServiceDescriptor.Singleton(provider => LocalWorkspace.Open(
            root,
            provider.GetRequiredService<IOptions<LocalStorageOptions>>().Value,
            provider.GetService<IActorAccessor>(),
            provider.GetService<TimeProvider>(),
            provider.GetService<ILoggerFactory>())));
        services.Replace(ServiceDescriptor.Singleton<IBlobStore>(provider => provider.GetRequiredService<LocalWorkspace>().Blobs));
        services.Replace(ServiceDescriptor.Singleton<BlobUpkeep>(provider => provider.GetRequiredService<LocalWorkspace>().Objects));
        services.Replace(ServiceDescriptor.Singleton<LifecycleDatabase>(provider => provider.GetRequiredService<LocalWorkspace>().Database));
        services.Replace(ServiceDescriptor.Singleton<IAuditLog>(provider => provider.GetRequiredService<LocalWorkspace>().Audit));
        services.Replace(ServiceDescriptor.Singleton<ILifecycleEvents>(provider => provider.GetRequiredService<LocalWorkspace>().Events));
        services.Replace(ServiceDescriptor.Singleton(provider => provider.GetRequiredService<LocalWorkspace>().JournalFolder));
        return builder;
    }

    private sealed class LocalStorageOptionsCheck : IValidateOptions<LocalStorageOptions>
    {
        public ValidateOptionsResult Validate(string? name, LocalStorageOptions options)
        {
            string[] problems = [.. options.Problems()];
            return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }
    }
}
