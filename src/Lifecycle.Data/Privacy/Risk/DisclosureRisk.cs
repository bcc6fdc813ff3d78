namespace Lifecycle.Data;

/// <summary>
/// How easily somebody in a table could be recognized, and what would then be learned. Rows that are equal over the quasi-identifiers are a
/// class; null is a value.
/// </summary>
public sealed record DisclosureRisk
{
    /// <summary>A class is small below so many rows: each of its rows then has a risk above 0.2.</summary>
    public const int SmallClass = 5;

    internal DisclosureRisk()
    {
    }

    /// <summary>Columns by which somebody could be recognized.</summary>
    public required IReadOnlyList<string> QuasiIdentifiers { get; init; }

    /// <summary>What must not be learned of a person; null when nothing was named.</summary>
    public string? Sensitive { get; init; }

    /// <summary>Rows.</summary>
    public long Rows { get; init; }

    /// <summary>Classes of equal rows.</summary>
    public long Classes { get; init; }

    /// <summary>k: rows of the smallest class (Sweeney 2002); 0 when there is no row.</summary>
    public long MinimumClassSize { get; init; }

    /// <summary>Rows that no other row equals.</summary>
    public long RowsAlone { get; init; }

    /// <summary>Rows in classes of fewer than <see cref="SmallClass"/> rows.</summary>
    public long RowsInSmallClasses { get; init; }

    /// <summary>Greatest prosecutor risk, 1/k; 0 when there is no row.</summary>
    public double MaximumRisk => MinimumClassSize == 0 ? 0 : 1d / MinimumClassSize;

    /// <summary>Mean prosecutor risk, classes/rows; 0 when there is no row.</summary>
    public double MeanRisk => Rows == 0 ? 0 : (double)Classes / Rows;

    /// <summary>Share of rows whose prosecutor risk is above 0.2.</summary>
    public double ShareAtRisk => Rows == 0 ? 0 : (double)RowsInSmallClasses / Rows;

    /// <summary>l: fewest different sensitive values in a class; null without a sensitive column or a row.</summary>
    public int? DistinctDiversity { get; init; }

    /// <summary>Entropy l: exp of the least entropy of a class (Machanavajjhala 2007).</summary>
    public double? EntropyDiversity { get; init; }

    /// <summary>Greatest distance of a class's sensitive values to the table's, taken as categories: half the sum of absolute differences
    /// (Li 2007).</summary>
    public double? CategoryCloseness { get; init; }

    /// <summary>
    /// The same, taken as numbers: 1/(m-1) of the sum of absolute cumulative differences over the m sorted values (Li 2007; null below NaN
    /// below all numbers). Null when the sensitive column holds no numbers.
    /// </summary>
    public double? NumberCloseness { get; init; }

    /// <summary>t: <see cref="NumberCloseness"/> of numbers, else <see cref="CategoryCloseness"/>.</summary>
    public double? Closeness => NumberCloseness ?? CategoryCloseness;

    /// <summary>Measures rows in memory.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="quasiIdentifiers">Columns by which somebody could be recognized, at least one.</param>
    /// <param name="sensitive">What must not be learned of a person.</param>
    /// <exception cref="UnknownColumnException">A column is not there.</exception>
    public static DisclosureRisk Measure(ColumnBatch rows, IReadOnlyList<string> quasiIdentifiers, string? sensitive = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        RiskMeter meter = new(rows.Schema, quasiIdentifiers, sensitive);
        meter.Add(rows);
        return meter.Measure();
    }

    /// <summary>Measures a table of a version in one pass. Rows are not held, but of the named columns a number of 32 bits a cell and every value that differs.</summary>
    /// <param name="version">The version.</param>
    /// <param name="quasiIdentifiers">Columns by which somebody could be recognized, at least one.</param>
    /// <param name="sensitive">What must not be learned of a person.</param>
    /// <param name="file">The table; null when the version has only one.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <exception cref="DatasetException">There is no such table, or more than one and none was named.</exception>
    /// <exception cref="UnknownColumnException">A column is not there.</exception>
    /// <exception cref="TableFormatException">A row cannot be read.</exception>
    public static async ValueTask<DisclosureRisk> MeasureAsync(
        DatasetVersion version, IReadOnlyList<string> quasiIdentifiers, string? sensitive = null, string? file = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        TableSummary table = version.TableOf(file);
        RiskMeter meter = new(table.Schema, quasiIdentifiers, sensitive);
        await foreach (ColumnBatch batch in version.ReadRowsAsync(table.Path, meter.Columns, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            meter.Add(batch);
        }

        return meter.Measure();
    }

    /// <summary>The risk of the classes that are not left out.</summary>
    internal static DisclosureRisk Of(ClassTable table, ReadOnlySpan<bool> leftOut, IReadOnlyList<string> quasiIdentifiers, string? sensitive, bool isNumber)
    {
        long rows = 0;
        long classes = 0;
        long alone = 0;
        long small = 0;
        int k = int.MaxValue;
        int distinct = int.MaxValue;
        double entropy = double.PositiveInfinity;
        double categories = 0;
        double numbers = 0;
        SensitiveTotals? totals = table.HasSensitive ? table.Totals(leftOut) : null;
        for (int id = 0; id < table.Sizes.Length; id++)
        {
            if (!leftOut.IsEmpty && leftOut[id])
            {
                continue;
            }

            int size = table.Sizes[id];
            classes++;
            rows += size;
            k = Math.Min(k, size);
            alone += size == 1 ? 1 : 0;
            small += size < SmallClass ? size : 0;
            if (totals is not null)
            {
                distinct = Math.Min(distinct, table.Distinct(id));
                entropy = Math.Min(entropy, table.Entropy(id));
                categories = Math.Max(categories, table.CategoryDistance(id, totals));
                numbers = isNumber ? Math.Max(numbers, table.NumberDistance(id, totals)) : 0;
            }
        }

        bool measured = totals is not null && rows > 0;
        return new DisclosureRisk
        {
            QuasiIdentifiers = quasiIdentifiers,
            Sensitive = sensitive,
            Rows = rows,
            Classes = classes,
            MinimumClassSize = rows == 0 ? 0 : k,
            RowsAlone = alone,
            RowsInSmallClasses = small,
            DistinctDiversity = measured ? distinct : null,
            EntropyDiversity = measured ? Math.Exp(Math.Max(0, entropy)) : null,
            CategoryCloseness = measured ? categories : null,
            NumberCloseness = measured && isNumber ? numbers : null,
        };
    }
}

/// <summary>Gathers the columns that a measurement needs.</summary>
internal sealed class RiskMeter
{
    private const int ParallelRows = 1 << 16;

    private readonly IReadOnlyList<string> _quasiIdentifiers;
    private readonly string? _sensitive;
    private readonly Dictionary<string, CodedColumn> _columns = new(StringComparer.Ordinal);

    public RiskMeter(TableSchema schema, IReadOnlyList<string> quasiIdentifiers, string? sensitive)
    {
        ArgumentNullException.ThrowIfNull(quasiIdentifiers);
        if (quasiIdentifiers.Count == 0)
        {
            throw new ArgumentException("Name at least one quasi-identifier: a column by which somebody could be recognized.", nameof(quasiIdentifiers));
        }

        _quasiIdentifiers = [.. quasiIdentifiers];
        _sensitive = sensitive;
        foreach (string name in sensitive is null ? quasiIdentifiers : quasiIdentifiers.Append(sensitive))
        {
            _columns.TryAdd(name, CodedColumn.Of(schema[name].Type));
        }
    }

    public string[] Columns => [.. _columns.Keys];

    public void Add(ColumnBatch batch)
    {
        if (batch.RowCount >= ParallelRows)
        {
            Parallel.ForEach(_columns, pair => pair.Value.Add(batch[pair.Key]));
            return;
        }

        foreach ((string name, CodedColumn column) in _columns)
        {
            column.Add(batch[name]);
        }
    }

    public DisclosureRisk Measure()
    {
        CodedColumn? sensitive = _sensitive is null ? null : _columns[_sensitive];
        int[]? order = sensitive?.NumericOrder();
        (int[] classOf, int count) = EquivalenceClasses.Of(
            _columns.First().Value.Count, [.. _quasiIdentifiers.Select(name => (_columns[name].Codes, _columns[name].Cardinality))]);
        ClassTable table = new(classOf, count, sensitive is null ? [] : sensitive.Codes.Span, sensitive?.Cardinality ?? 0, order);
        return DisclosureRisk.Of(table, [], _quasiIdentifiers, _sensitive, order is not null);
    }
}
