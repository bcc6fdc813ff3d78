namespace Lifecycle.Validation;

public sealed partial class GroupMetrics
{
    /// <summary>
    /// Bootstrap intervals of metrics: of all rows, of each group, of the least and the greatest group value. Count metrics of unweighted
    /// rows take one multinomial draw a replicate, however many rows there are; others give each row a Poisson(1) multiplicity.
    /// </summary>
    /// <param name="metrics">The metrics.</param>
    /// <param name="options">Replicates, confidence, kind of interval.</param>
    /// <returns>One entry a metric, in the same order.</returns>
    /// <exception cref="InvalidOperationException">A metric needs rows and the groups were made from counts.</exception>
    public IReadOnlyList<GroupIntervals> Intervals(IReadOnlyList<Metric> metrics, BootstrapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        options ??= new BootstrapOptions();
        options.Check();
        Metric[] counted = [.. metrics.Where(m => CellBootstrap.CanDraw(m, this))];
        GroupReplicates[] drawn = counted.Length > 0 ? CellBootstrap.Draw(this, counted, options) : [];
        GroupIntervals[] found = new GroupIntervals[metrics.Count];
        Blocks.For(found.Length, 1, options.MaxDegreeOfParallelism, (m, _) =>
        {
            GroupReplicates replicates = Array.IndexOf(counted, metrics[m]) is >= 0 and int at ? drawn[at] : RowBootstrap.Draw(this, metrics[m], options);
            found[m] = new GroupIntervalReading(this, metrics[m], replicates, options).Read();
        });
        return found;
    }
}
