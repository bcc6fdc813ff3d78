using Lifecycle;
using Lifecycle.Data;
using Lifecycle.Data.Parquet;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Parquet for the datasets of a container.</summary>
public static class LifecycleParquetBuilderExtensions
{
    /// <summary>Files that end with <c>.parquet</c> or <c>.pq</c> are tables; goes with <c>AddDatasets()</c>, before or after it. Calling it twice adds it once.</summary>
    public static LifecycleBuilder AddParquet(this LifecycleBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure<DatasetOptions>(options =>
        {
            if (!options.Formats.Any(f => f is ParquetFormat))
            {
                options.Formats.Add(new ParquetFormat());
            }
        });
        return builder;
    }
}
