using System.Diagnostics.CodeAnalysis;
using Lifecycle.Tracking;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Serving;

/// <summary>Builds a <see cref="ModelHost"/> without a container.</summary>
public sealed class ModelHostBuilder
{
    private readonly List<ServedModelPlan> _plans = [];
    private readonly List<IModelRuntime> _runtimes = [];
    private readonly HostServices _services = new();
    private readonly ServingOptions _options = new();
    private TimeProvider _time = TimeProvider.System;
    private ILoggerFactory _logging = NullLoggerFactory.Instance;

    /// <summary>Makes a builder with nothing on.</summary>
    public ModelHostBuilder()
    {
    }

    /// <summary>Adds a runtime; one of the same platform is replaced.</summary>
    public ModelHostBuilder UseRuntime(IModelRuntime runtime)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        _runtimes.RemoveAll(r => r.Platform == runtime.Platform);
        _runtimes.Add(runtime);
        return this;
    }

    /// <summary>Says where <c>FromRegistry</c> and aliases look.</summary>
    /// <param name="registry">Resolves aliases to versions.</param>
    /// <param name="blobs">Holds the files of the versions.</param>
    public ModelHostBuilder UseRegistry(ModelRegistry registry, IBlobStore blobs)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(blobs);
        _services.Add(registry);
        _services.Add(blobs);
        return this;
    }

    /// <summary>Says where else the host finds what it needs: the registry, the blob store, the database and the audit log of a workspace.</summary>
    public ModelHostBuilder UseServices(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _services.Outer = services;
        return this;
    }

    /// <summary>Replaces the clock.</summary>
    public ModelHostBuilder UseTime(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        return this;
    }

    /// <summary>Says where the host logs.</summary>
    public ModelHostBuilder UseLogging(ILoggerFactory logging)
    {
        ArgumentNullException.ThrowIfNull(logging);
        _logging = logging;
        return this;
    }

    /// <summary>Changes the settings.</summary>
    public ModelHostBuilder Configure(Action<ServingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(_options);
        return this;
    }

    /// <summary>Serves a model without types: tensors on a lease.</summary>
    /// <param name="name">Keeps the rule of <see cref="ResourceName"/>.</param>
    /// <param name="configure">Says where it comes from.</param>
    /// <exception cref="InvalidNameException">The name breaks the rule.</exception>
    public ModelHostBuilder Serve(string name, Action<ServedModelBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        UntypedModelBuilder builder = new(name);
        configure(builder);
        _plans.Add(builder.Build());
        return this;
    }

    /// <summary>Serves a model under types of the application, from the registry unless <paramref name="configure"/> says otherwise.</summary>
    /// <param name="name">Keeps the rule of <see cref="ResourceName"/>; also the name in the registry.</param>
    /// <param name="alias">The alias it follows.</param>
    /// <param name="configure">Says more.</param>
    /// <exception cref="InvalidNameException">The name breaks the rule.</exception>
    public ModelHostBuilder Serve<
        [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
        [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>(
        string name, string alias = "champion", Action<ServedModelBuilder<TIn, TOut>>? configure = null)
    {
        ServedModelBuilder<TIn, TOut> builder = new(name, context => RegistrySource.Of(context, name, alias), alias, new ModelBinding<TIn, TOut>());
        configure?.Invoke(builder);
        _plans.Add(builder.Build());
        return this;
    }

    internal ModelHost Build() => new(_plans, HostContext.Of(_services, _runtimes, _options, _time, _logging.CreateLogger<ModelHost>()));

    private sealed class HostServices : IServiceProvider
    {
        private readonly Dictionary<Type, object> _services = [];

        public IServiceProvider? Outer { get; set; }

        public void Add<T>(T service)
            where T : class => _services[typeof(T)] = service;

        public object? GetService(Type serviceType) => _services.GetValueOrDefault(serviceType) ?? Outer?.GetService(serviceType);
    }
}
