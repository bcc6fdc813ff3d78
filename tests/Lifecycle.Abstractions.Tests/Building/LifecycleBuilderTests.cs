using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.Tests;

public sealed class LifecycleBuilderTests
{
    [Fact]
    public void TheBareBuilder_KnowsTheClockAndWhoActs()
    {
        ServiceCollection services = new();
        LifecycleBuilder builder = services.AddModelLifecycleCore();
        services.AddModelLifecycleCore();
        Assert.Same(services, builder.Services);
        Assert.Single(services, s => s.ServiceType == typeof(TimeProvider));
        Assert.Equal(typeof(ProcessActor), Assert.Single(services, s => s.ServiceType == typeof(IActorAccessor)).ImplementationType);
    }

    [Fact]
    public void AnActor_IsNeverEmpty()
    {
        Assert.Matches("^.+@.+$", new ProcessActor().Actor);
        Assert.Equal("ada", new NamedActor("ada").Actor);
        Assert.Throws<ArgumentException>(() => new NamedActor(" "));
    }
}
