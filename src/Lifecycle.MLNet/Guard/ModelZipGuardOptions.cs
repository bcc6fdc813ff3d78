namespace Lifecycle.MLNet;

/// <summary>What a <c>model.zip</c> may be before ML.NET sees it.</summary>
public sealed class ModelZipGuardOptions
{
    private readonly HashSet<string> _loaders = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Most entries, below 65,535. 10,000 by default.</summary>
    public int MaximumEntries { get; set; } = 10_000;

    /// <summary>Most bytes of one entry when inflated. 512 MiB by default.</summary>
    public long MaximumEntryBytes { get; set; } = 512L << 20;

    /// <summary>Most bytes of all entries when inflated. 1 GiB by default.</summary>
    public long MaximumBytes { get; set; } = 1L << 30;

    /// <summary>Most inflated bytes to one deflated byte, for entries over 1 MiB and for archives of more than 16 MiB in all. 200 by default.</summary>
    public int MaximumRatio { get; set; } = 200;

    /// <summary>The assemblies that were allowed besides those of ML.NET.</summary>
    public IReadOnlyCollection<string> Loaders => _loaders;

    /// <summary>
    /// Allows models whose transformers are loaded from this assembly. ML.NET calls <c>Assembly.Load</c> on a name that stands in the file,
    /// so allow only assemblies that you ship. Those that carry native code or keep state between rows (OnnxTransformer, TensorFlow, TorchSharp,
    /// ImageAnalytics, TimeSeries) need this too. A custom mapping keeps one more such name inside of its own bytes; allow it as <c>CustomTransformer</c>.
    /// </summary>
    /// <param name="assembly">Simple name, for example <c>Contoso.Transforms</c>, or <c>Microsoft.ML.OnnxTransformer</c>.</param>
    public ModelZipGuardOptions AllowLoader(string assembly)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(assembly);
        _loaders.Add(assembly);
        return this;
    }
}
