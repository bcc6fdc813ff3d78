using System.Diagnostics.CodeAnalysis;
using Lifecycle;
using Lifecycle.Serving;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Serving on the builder.</summary>
public static class ServingBuilderExtensions
{
    /// <summary>Adds the model host; models follow by <c>Serve(...)</c>. Adding twice is adding once.</summary>
    public static LifecycleBuilder AddServing(this LifecycleBuilder builder, Action<ServingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<ServingOptions>();
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        builder.Services.TryAddSingleton(services => new ModelHost(
            services.GetServices<ServedModelPlan>(),
            HostContext.Of(
                services,
                [.. services.GetServices<IModelRuntime>()],
                services.GetRequiredService<IOptions<ServingOptions>>().Value,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILoggerFactory>().CreateLogger<ModelHost>())));

        // Made by hand: a container that checks itself must not miss the storage that a host of functions and folders does not need.
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IBlobReferenceSource, ServingBlobReferences>(
            services => new ServingBlobReferences(services.GetRequiredService<LifecycleDatabase>())));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ServingLifetime>());
        return builder;
    }

    /// <summary>Serves a model without types: tensors on <see cref="ModelHost.Lease"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">Keeps the rule of <see cref="ResourceName"/>.</param>
    /// <param name="configure">Says where it comes from.</param>
    /// <exception cref="InvalidNameException">The name breaks the rule.</exception>
    public static LifecycleBuilder Serve(this LifecycleBuilder builder, string name, Action<ServedModelBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        builder.AddServing();
        UntypedModelBuilder model = new(name);
        configure(model);
        builder.Services.AddSingleton(model.Build());
        return builder;
    }

    /// <summary>
    /// Serves a model under types of the application. Its <see cref="Predictor{TIn, TOut}"/> can be injected: by <c>[FromKeyedServices(name)]</c>,
    /// and without a key when it is the only model of these types.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">Keeps the rule of <see cref="ResourceName"/>; also the name in the registry.</param>
    /// <param name="alias">The alias of the registry that it follows.</param>
    /// <param name="configure">Says more, for example another source.</param>
    /// <exception cref="InvalidNameException">The name breaks the rule.</exception>
    public static LifecycleBuilder Serve<
        [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
        [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>(
        this LifecycleBuilder builder, string name, string alias = "champion", Action<ServedModelBuilder<TIn, TOut>>? configure = null)
    {
        builder.AddServing();
        ServedModelBuilder<TIn, TOut> model = new(name, context => RegistrySource.Of(context, name, alias), alias, new ModelBinding<TIn, TOut>());
        configure?.Invoke(model);
        builder.Services.AddSingleton(model.Build());
        builder.Services.AddKeyedSingleton(name, (services, _) => services.GetRequiredService<ModelHost>().Predictor<TIn, TOut>(name));
        builder.Services.TryAddSingleton(services => services.GetRequiredService<ModelHost>().Predictor<TIn, TOut>(OnlyOne<TIn, TOut>(services)));
        return builder;
    }

    private static string OnlyOne<TIn, TOut>(IServiceProvider services)
    {
        string[] names = [.. services.GetServices<ServedModelPlan>()
            .Where(p => p.Binding is { } b && b.Input == typeof(TIn) && b.Output == typeof(TOut)).Select(p => p.Name)];
        return names.Length == 1
            ? names[0]
            : throw new InvalidOperationException(
                $"{names.Length} models are served as {typeof(TIn).Name} -> {typeof(TOut).Name} ({string.Join(", ", names)}): "
                + $"ask for one by name, [FromKeyedServices(\"{names.FirstOrDefault()}\")] Predictor<{typeof(TIn).Name}, {typeof(TOut).Name}>.");
    }
}
