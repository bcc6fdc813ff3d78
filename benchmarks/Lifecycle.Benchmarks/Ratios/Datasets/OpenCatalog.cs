using Lifecycle.Data;
using Lifecycle.Data.Parquet;
using Lifecycle.Storage.Local;

namespace Lifecycle.Benchmarks.Ratios.Datasets;

/// <summary>A new workspace with a catalog, in the file system of the workloads.</summary>
internal sealed class OpenCatalog : IAsyncDisposable
{
    private readonly string _folder;

    public OpenCatalog(string name, Action<DatasetOptions>? configure = null)
    {
        _folder = Workload.Scratch(name);
        Local = LocalWorkspace.Open(Path.Combine(_folder, "lifecycle"));
        DatasetOptions options = new();
        options.Formats.Add(new ParquetFormat());
        configure?.Invoke(options);
        Datasets = new DatasetCatalog(Local.Database, Local.Blobs, Local.Objects, Local.Audit, Local.Events, options: options);
    }

    public LocalWorkspace Local { get; }

    public DatasetCatalog Datasets { get; }

    public async ValueTask DisposeAsync()
    {
        await Datasets.DisposeAsync();
        await Local.DisposeAsync();
        Workload.Clear(_folder);
    }
}
