using Lifecycle;
using Lifecycle.Tracking;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The whole Lifecycle on a service collection.</summary>
public static class LifecycleServiceCollectionExtensions
{
    /// <summary>
    /// Turns every feature on, with local storage in <c>./lifecycle</c> unless <paramref name="configure"/> says otherwise. Runtimes are packages of their own:
    /// <c>.UseMLNet()</c> of Lifecycle.MLNet, <c>.UseOnnxRuntime()</c> of Lifecycle.OnnxRuntime.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="configure">Storage, runtimes, served models.</param>
    public static LifecycleBuilder AddModelLifecycle(this IServiceCollection services, Action<LifecycleBuilder>? configure = null)
    {
        LifecycleBuilder builder = services.AddModelLifecycleCore();
        builder.AddTracking().AddDatasets().AddDrift().AddValidation().AddServing().AddPromotion().AddRetraining();
        services.TryAddSingleton<ModelMonitorings>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, FeatureStart>());
        configure?.Invoke(builder);
        if (services.All(s => s.ServiceType != typeof(LifecycleDatabase)))
        {
            builder.UseLocalStorage("./lifecycle");
        }

        return builder;
    }

    /// <summary>Gates bound to the store, and the rule that a gated alias points only at versions whose gate passed.</summary>
    public static LifecycleBuilder AddPromotion(this LifecycleBuilder builder, Action<PromotionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        PromotionOptions? options = builder.Services.FirstOrDefault(s => s.ServiceType == typeof(PromotionOptions))?.ImplementationInstance as PromotionOptions;
        if (options is null)
        {
            options = new PromotionOptions();
            builder.Services.AddSingleton(options);
        }

        configure?.Invoke(options);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IPromotionRule, GatePromotionRule>());
        builder.Services.TryAddSingleton<GateEvaluator>();
        return builder;
    }

    /// <summary>The loop that trains, gates and promotes.</summary>
    public static LifecycleBuilder AddRetraining(this LifecycleBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<RetrainingLoop>();
        return builder;
    }

    /// <summary>Retrains a model in the background of the application.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="plan">Makes the plan from the services of the application.</param>
    /// <param name="schedule">When; null means when drift of the model is found, at most every 6 hours.</param>
    public static LifecycleBuilder Retrain(this LifecycleBuilder builder, Func<IServiceProvider, RetrainingPlan> plan, RetrainingSchedule? schedule = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(plan);
        builder.AddRetraining();
        RetrainingSchedule when = schedule ?? new RetrainingSchedule();
        builder.Services.AddSingleton<IHostedService>(services =>
        {
            RetrainingPlan made = plan(services);
            when.Validate(made.Model);
            return new RetrainingWorker(
                services.GetRequiredService<RetrainingLoop>(), services.GetRequiredService<ModelRegistry>(), services.GetRequiredService<ILifecycleEvents>(), made, when,
                services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<RetrainingWorker>>());
        });
        return builder;
    }
}
