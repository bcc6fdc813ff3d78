using Lifecycle.Serving.TestModels;

namespace Lifecycle.Serving.Tests;

/// <summary>Hosts over a real workspace whose models say their own version.</summary>
internal static class DeploymentWorld
{
    public const string Model = "stamp";

    public static StampShelf Shelf() => new StampShelf().Has("1").Has("2").Has("3").Has("bad", "bad reject").Points("champion", "1").Points("challenger", "2");

    /// <summary>Starts a host that looks for changed deployments every 20 ms.</summary>
    public static Task<ModelHost> HostAsync(
        RegistryWorkspace world, StampShelf? shelf = null, Action<ServedModelBuilder<int, Stamped>>? configure = null, string[]? names = null, CancellationToken token = default) =>
        ModelHost.StartAsync(
            h =>
            {
                h.UseServices(world).UseRuntime(new StampRuntime())
                    .Configure(o => (o.DeploymentInterval, o.RetryFirst, o.RetryLongest) = (Milliseconds(20), Milliseconds(20), Milliseconds(40)));
                foreach (string name in names ?? [Model])
                {
                    h.Serve<int, Stamped>(name, configure: m =>
                    {
                        m.FromSource(shelf ?? Shelf()).Split(("champion", 100));
                        configure?.Invoke(m);
                    });
                }
            },
            token);

    public static string Answer(this ModelHost host, int input = 1, string model = Model) => host.Predictor<int, Stamped>(model).Predict(input).Version;

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
