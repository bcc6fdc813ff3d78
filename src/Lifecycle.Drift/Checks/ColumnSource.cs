namespace Lifecycle.Drift;

/// <summary>New data, whatever its form, counted column by column on the reference's bins.</summary>
internal interface IColumnSource
{
    /// <summary>Rows.</summary>
    long Rows { get; }

    /// <summary>Names of the columns that can be read.</summary>
    IEnumerable<string> Names { get; }

    /// <summary>Whether there is a column of this name, whatever its type.</summary>
    bool Has(string name);

    /// <summary>Counts a column, under its own name or another one.</summary>
    TallyResult Count(NumericColumn reference, string name);

    /// <summary>Counts a column, under its own name or another one.</summary>
    TallyResult Count(CategoryColumn reference, string name);

    /// <summary>The values of a column of numbers, NaN where missing; null when they are not at hand.</summary>
    double[]? Numbers(string name);

    /// <summary>The values of a column as labels, null where missing; null when they are not at hand.</summary>
    string?[]? Labels(string name);
}

/// <summary>The counts of a column, or why there are none.</summary>
/// <param name="Tally">A <see cref="NumericTally"/> or <see cref="CategoryTally"/>; null when the column could not be counted.</param>
/// <param name="OtherType">What is wrong with the column's type, as a part of a sentence; null when nothing is.</param>
/// <param name="Reason">Why the column was not counted although its type fits.</param>
internal readonly record struct TallyResult(object? Tally, string? OtherType = null, string? Reason = null);

/// <summary>Rows of a batch or records.</summary>
internal sealed class CountedRows(RowSource rows) : IColumnSource
{
    public long Rows => rows.Rows;

    public IEnumerable<string> Names => rows.Names;

    public bool Has(string name) => rows.Has(name);

    public TallyResult Count(NumericColumn reference, string name)
    {
        if (rows.Tally(reference, name) is { } counted)
        {
            return new TallyResult(counted);
        }

        string other = $"the reference holds numbers and the new data {rows.TypeOf(name)}";
        if (rows.TypeOf(name) != nameof(ColumnType.String) || rows.Labels(name) is not { } texts)
        {
            return new TallyResult(null, other);
        }

        NumericTally tally = NumericTally.OfTexts(reference, texts);
        return tally.Count > 0
            ? new TallyResult(tally, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{other}; {tally.Unreadable:N0} of {texts.Length:N0} are not numbers"))
            : new TallyResult(null, other);
    }

    public TallyResult Count(CategoryColumn reference, string name) => rows.Labels(name) is { } labels
        ? new TallyResult(CategoryTally.Of(reference, labels))
        : new TallyResult(null, $"the reference holds labels and the new data {rows.TypeOf(name)}");

    public double[]? Numbers(string name) => rows.Numbers(name);

    public string?[]? Labels(string name) => rows.Labels(name);
}

/// <summary>A profile of the new data.</summary>
internal sealed class ProfileRows(ReferenceProfile profile) : IColumnSource
{
    private const string OtherBins = "the two profiles have other bins; build the newer one with ReferenceProfile.Like(reference)";

    public long Rows => profile.Rows;

    public IEnumerable<string> Names => profile.Columns.Select(c => c.Name);

    public bool Has(string name) => profile.TryGet(name, out _);

    public TallyResult Count(NumericColumn reference, string name) => profile[name] switch
    {
        NumericColumn current when current.Grid.SameAs(reference.Grid) || current.Sketches.Quantiles is not null => new TallyResult(NumericTally.Of(reference, current)),
        NumericColumn { Kept: { } kept } => new TallyResult(NumericTally.Of<double>(reference, kept)),
        NumericColumn => new TallyResult(null, Reason: OtherBins),
        _ => new TallyResult(null, "the reference holds numbers and the new data labels"),
    };

    public TallyResult Count(CategoryColumn reference, string name) => profile[name] is CategoryColumn current
        ? new TallyResult(CategoryTally.Of(reference, current))
        : new TallyResult(null, "the reference holds labels and the new data numbers");

    public double[]? Numbers(string name) => (profile[name] as NumericColumn)?.Kept;

    public string?[]? Labels(string name) => null;
}
