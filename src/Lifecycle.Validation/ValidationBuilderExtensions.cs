using Lifecycle;
using Lifecycle.Validation;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Validation in a container.</summary>
public static class ValidationBuilderExtensions
{
    /// <summary>Adds <see cref="ValidationOptions"/>, checked at start, a <see cref="GateCatalog"/> of named gates, and an <see cref="EvaluationContext"/> with the actor and clock of the container.</summary>
    /// <param name="builder">The Lifecycle.</param>
    /// <param name="configure">Changes the settings.</param>
    public static LifecycleBuilder AddValidation(this LifecycleBuilder builder, Action<ValidationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        OptionsBuilder<ValidationOptions> options = builder.Services.AddOptions<ValidationOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ValidationOptions>, ValidationOptionsValidator>());
        builder.Services.TryAddSingleton(p => new GateCatalog(
            p.GetRequiredService<IOptions<ValidationOptions>>().Value, p.GetServices<Gate>(), p.GetRequiredService<TimeProvider>()));
        builder.Services.TryAddSingleton(p => new EvaluationContext
        {
            Actor = p.GetRequiredService<IActorAccessor>(),
            Time = p.GetRequiredService<TimeProvider>(),
            Options = p.GetRequiredService<IOptions<ValidationOptions>>().Value,
        });
        return builder;
    }

    /// <summary>Adds a named gate to the catalog.</summary>
    public static LifecycleBuilder AddGate(this LifecycleBuilder builder, Gate gate)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(gate);
        return builder.AddValidation();
    }

    private sealed class ValidationOptionsValidator : IValidateOptions<ValidationOptions>
    {
        public ValidateOptionsResult Validate(string? name, ValidationOptions options)
        {
            string[] problems = [.. options.Problems()];
            return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }
    }
}
