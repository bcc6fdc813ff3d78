using System.Text;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;
using Lifecycle.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.Sdk.Tests;

/// <summary>A folder and the front doors opened on it; closed and removed at the end of a test.</summary>
internal sealed class Workspace : IAsyncDisposable
{
    private readonly List<ModelLifecycle> _open = [];

    public TemporaryFolder Folder { get; } = new();

    public string Root => Folder["workspace"];

    /// <summary>Opens the workspace with options that make waiting short.</summary>
    public async Task<ModelLifecycle> OpenAsync(Action<LifecycleBuilder>? configure = null)
    {
        ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(Root, builder =>
        {
            builder.Services.Configure<LocalStorageOptions>(o => o.EventPollInterval = TimeSpan.FromMilliseconds(50));
            configure?.Invoke(builder);
        });
        _open.Add(lifecycle);
        return lifecycle;
    }

    /// <summary>Writes a file beside the workspace.</summary>
    public string Write(string name, string text)
    {
        string path = Folder[name];
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Where the bytes of a blob lie.</summary>
    public string FileOf(Digest digest) => Path.Combine(Root, "objects", "sha256", digest.Hex[..2], digest.Hex[2..]);

    /// <summary>Changes one bit of a file, whatever its mode.</summary>
    public static void FlipBit(string file, long bit)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        byte[] bytes = File.ReadAllBytes(file);
        bytes[bit / 8] ^= (byte)(1 << (int)(bit % 8));
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>A run of its own that logs one model of one small file.</summary>
    public static async Task<ModelArtifact> LogModelAsync(ModelLifecycle lifecycle, string content)
    {
        ModelArtifact? model = null;
        await lifecycle.Experiments.RunAsync("loans", async run => model = await LogModelAsync(run, content));
        return model!;
    }

    /// <summary>Logs a model of one small file.</summary>
    public static async Task<ModelArtifact> LogModelAsync(Run run, string content) => await run.LogModelAsync(
        "net", new Dictionary<string, ReadOnlyMemory<byte>> { ["weights.bin"] = Encoding.UTF8.GetBytes(content) });

    public async ValueTask DisposeAsync()
    {
        foreach (ModelLifecycle lifecycle in _open)
        {
            await lifecycle.DisposeAsync();
        }

        Folder.Dispose();
    }
}
