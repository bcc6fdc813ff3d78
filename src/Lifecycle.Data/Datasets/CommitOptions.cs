namespace Lifecycle.Data;

/// <summary>What goes with one commit.</summary>
public sealed class CommitOptions
{
    private readonly List<(string Relation, LineageNode To)> _sources = [];
    private readonly List<string> _tags = [];

    /// <summary>Whether a table that cannot be read (ragged rows, an open quote, bytes that are not UTF-8) is committed all the same. False by default.</summary>
    /// <remarks>The version then keeps the problems in <see cref="TableSummary.Problems"/>, and reading its rows throws <see cref="TableFormatException"/>.</remarks>
    public bool AllowProblems { get; set; }

    /// <summary>How CSV files of this commit are read; null takes the format of <see cref="DatasetOptions.Formats"/>.</summary>
    public CsvOptions? Csv { get; set; }

    /// <summary>What is done with a link to a file; null takes <see cref="DatasetOptions.Links"/>.</summary>
    public SourceLinks? Links { get; set; }

    /// <summary>Whether the MD5 of each file that is read is computed in the same pass and kept; null takes <see cref="DatasetOptions.RecordMd5"/>.</summary>
    public bool? RecordMd5 { get; set; }

    internal IReadOnlyList<(string Relation, LineageNode To)> Sources => _sources;

    internal IReadOnlyList<string> Tags => _tags;

    internal RecordCode? CodeState { get; private set; }

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

    /// <summary>Names the version, for example <c>golden</c>; a tag that another version has moves to this one, and the audit log tells.</summary>
    /// <exception cref="InvalidNameException">The tag breaks the rule of names.</exception>
    public CommitOptions Tag(string tag)
    {
        _tags.Add(ResourceName.Require(tag, "tag"));
        return this;
    }

    /// <summary>The code that made the data.</summary>
    /// <param name="commit">Its commit, for example the 40 hex digits of Git; at most 128 characters.</param>
    /// <param name="dirty">Whether the work tree held changes that are not in the commit.</param>
    public CommitOptions Code(string commit, bool dirty = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(commit);
        if (commit.Length > 128)
        {
            throw new ArgumentException($"A commit has at most 128 characters, not {commit.Length}.", nameof(commit));
        }

        CodeState = new RecordCode(commit, dirty);
        return this;
    }
}
