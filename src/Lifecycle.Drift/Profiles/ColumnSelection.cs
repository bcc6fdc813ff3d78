namespace Lifecycle.Drift;

/// <summary>Which columns of a table are profiled, and as what. Without a word, all are: numbers as numbers, Boolean and text as labels.</summary>
/// <remarks>Dates are not profiled. Of a text column classified as sensitive only hashes of the labels are kept.</remarks>
public sealed class ColumnSelection
{
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private readonly HashSet<string> _categories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ColumnRole> _roles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (double Minimum, double Maximum)> _ranges = new(StringComparer.Ordinal);

    private readonly Dictionary<string, string> _units = new(StringComparer.Ordinal);

    internal ColumnSelection()
    {
    }

    internal StreamPlan Plan { get; private set; } = new();

    /// <summary>Leaves columns out, for example ids.</summary>
    public ColumnSelection Leave(params IEnumerable<string> names)
    {
        _left.UnionWith(names);
        return this;
    }

    /// <summary>Says what a column is to the model; features need no word.</summary>
    public ColumnSelection Role(string name, ColumnRole role)
    {
        _roles[name] = EnumValue.Require(role, "ColumnRole.Feature");
        return this;
    }

    /// <summary>Takes the numbers of a column as labels, for example area codes.</summary>
    public ColumnSelection Category(string name)
    {
        _categories.Add(name);
        return this;
    }

    /// <summary>Declares the range of a numeric column: the first value outside is a finding.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or not finite.</exception>
    public ColumnSelection Range(string name, double minimum, double maximum)
    {
        ColumnLayout.RequireRange(minimum, maximum);
        _ranges[name] = (minimum, maximum);
        return this;
    }

    /// <summary>Declares the unit of a numeric column, for example <c>EUR</c>; it is kept for reports.</summary>
    /// <exception cref="ArgumentException">The unit is longer than 64 bytes of UTF-8.</exception>
    public ColumnSelection Unit(string name, string unit)
    {
        _units[name] = ColumnLayout.RequireUnit(unit);
        return this;
    }

    /// <summary>How many fine bins the grid of a numeric column has: 320 (default), 1280 or 5120. In a file a column has at most
    /// 16,384, 32,768 or 98,304 bytes (up to some million rows), or 16,384 where its rows were read once as a stream.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    public ColumnSelection Resolution(int bins)
    {
        Plan = Plan.WithResolution(bins);
        return this;
    }

    /// <summary>
    /// Size of the quantile sketch of a column whose rows come as a stream; its error falls about as 1/k. Without a word it is 1,024, or less where a
    /// column would need more than 16,384 bytes; a size that is asked for is kept, whatever its bytes.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 8 or above 65,535.</exception>
    public ColumnSelection SketchSize(int k)
    {
        Plan = Plan.WithSketchSize(k);
        return this;
    }

    /// <summary>Reads a stream twice: the first time for the bins, the second time for exact counts. The source must give the same rows again.</summary>
    public ColumnSelection TwoPass()
    {
        Plan = Plan with { IsTwoPass = true };
        return this;
    }

    /// <summary>
    /// Keeps the rows beside the profile, in memory only, never in its file, its JSON or a profile merged from it: 8 bytes a number, 16 a label (its
    /// hash). Checks then compare numbers value by value, and <see cref="DriftPolicy.Evidently"/> and <see cref="DriftPolicy.NannyML"/> can test every
    /// column. A stream is held whole.
    /// </summary>
    public ColumnSelection KeepValues()
    {
        Plan = Plan with { KeepsValues = true };
        return this;
    }

    internal IEnumerable<(ColumnLayout Layout, bool IsCategory)> Of(TableSchema schema)
    {
        foreach (string name in (IEnumerable<string>)[.. _left, .. _categories, .. _roles.Keys, .. _ranges.Keys, .. _units.Keys])
        {
            _ = schema.PositionOf(name);
        }

        foreach (TableColumn column in schema)
        {
            if (_left.Contains(column.Name) || column.Type is ColumnType.Date or ColumnType.DateTime)
            {
                continue;
            }

            bool isCategory = column.Type is ColumnType.String or ColumnType.Boolean || _categories.Contains(column.Name);
            bool hasRange = _ranges.TryGetValue(column.Name, out (double Minimum, double Maximum) range);
            if (hasRange && isCategory)
            {
                throw new ArgumentException($"The column '{column.Name}' is a column of labels and cannot have a range.");
            }

            yield return (
                new ColumnLayout(
                    ColumnLayout.RequireName(column.Name), _roles.GetValueOrDefault(column.Name),
                    hasRange ? range.Minimum : null, hasRange ? range.Maximum : null, column.Classification != DataClassification.Sensitive)
                {
                    Unit = isCategory ? null : _units.GetValueOrDefault(column.Name),
                    Resolution = Plan.Resolution,
                    KeepValues = Plan.KeepsValues,
                },
                isCategory);
        }
    }
}
