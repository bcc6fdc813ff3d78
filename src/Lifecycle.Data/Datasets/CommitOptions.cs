namespace Lifecycle.Data;

/// <summary>What goes with one commit.</summary>
public sealed class CommitOptions
{
    private readonly List<(string Relation, LineageNode To)> _sources = [];

    /// <summary>Whether a table that cannot be read (ragged rows, an open quote, bytes that are not UTF-8) is committed all the same. False by default.</summary>
    /// <remarks>The version then keeps the problems in <see cref="TableSummary.Problems"/>, and reading its rows throws <see cref="TableFormatException"/>.</remarks>
    public bool AllowProblems { get; set; }

    /// <summary>How CSV files of this commit are read; null takes the format of <see cref="DatasetOptions.Formats"/>.</summary>
    public CsvOptions? Csv { get; set; }

    internal IReadOnlyList<(string Relation, LineageNode To)> Sources => _sources;

    internal bool HasExpectation { get; private set; }

    internal string? ExpectedVersion { get; private set; }

    /// <summary>
    /// Commits only if this is still the newest version (null: only if there is none); otherwise <see cref="ConcurrencyConflictException"/>.
    /// </summary>
    public CommitOptions Expect(DatasetVersion? newest)
    {
        HasExpectation = true;
        ExpectedVersion = newest?.Id;
        return this;
    }

    /// <summary>The run that made the data.</summary>
    public CommitOptions GeneratedBy(LineageNode run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _sources.Add((LineageEdge.WasGeneratedBy, run));
        return this;
    }

    /// <summary>What the data was made from.</summary>
    public CommitOptions DerivedFrom(LineageNode source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _sources.Add((LineageEdge.WasDerivedFrom, source));
        return this;
    }
}
