using System.Globalization;
using System.Runtime.CompilerServices;

namespace Lifecycle.Data;

/// <summary>An immutable version of a dataset: a list of files, each known by its digest.</summary>
public sealed class DatasetVersion
{
    private readonly DatasetCatalog _catalog;
    private readonly Lazy<IReadOnlyList<TableSummary>> _tables;
    private IReadOnlyList<DatasetFile>? _tree;

    internal DatasetVersion(DatasetCatalog catalog, VersionRow row, BlobReceipt? receipt = null)
    {
        _catalog = catalog;
        Row = row;
        Receipt = receipt ?? new BlobReceipt(0, 0, 0, 0, []);
        _tables = new Lazy<IReadOnlyList<TableSummary>>(() => TablesDocument.Parse(row.Tables));
    }

    /// <summary>Name of the dataset.</summary>
    public string Name => Row.Name;

    /// <summary>1, 2, 3, ... in the dataset; never given twice.</summary>
    public long Number => Row.Number;

    /// <summary>32 hex digits; unique over all datasets.</summary>
    public string Id => Row.Id;

    /// <summary>SHA-256 of the list of files: equal content has an equal digest, in whatever dataset.</summary>
    public Digest Digest => Row.Digest;

    /// <summary>The blob that records the version.</summary>
    public Digest Record => Row.Record;

    /// <summary>Files in the version.</summary>
    public long Files => Row.Files;

    /// <summary>Bytes of all files.</summary>
    public long Bytes => Row.Bytes;

    /// <summary>Rows of the only table; null when there is none or more than one.</summary>
    public long? Rows => Row.Rows;

    /// <summary>Columns of the only table; null when there is none or more than one.</summary>
    public TableSchema? Schema => Tables is [{ Schema.Count: > 0 } only] ? only.Schema : null;

    /// <summary>The files that are tables.</summary>
    /// <exception cref="DatasetException">The stored schema is damaged or newer than this build.</exception>
    public IReadOnlyList<TableSummary> Tables => _tables.Value;

    /// <summary>What the commit that gave this object stored; all zero when it stored nothing or the version was looked up.</summary>
    public BlobReceipt Receipt { get; }

    /// <summary>
    /// Names that Windows cannot hold, or cannot tell apart, each with its reason; found by the commit that gave this object, empty when the version was
    /// looked up. Such a version cannot be checked out there.
    /// </summary>
    public IReadOnlyList<string> PortabilityWarnings { get; internal set; } = [];

    /// <summary>Who committed it.</summary>
    public string Actor => Row.Actor;

    /// <summary>When, to the millisecond.</summary>
    public DateTimeOffset At => Row.At;

    /// <summary>What the committer said.</summary>
    public string? Message => Row.Message;

    /// <summary>Id of the version before; null for the first.</summary>
    public string? Parent => Row.Parent;

    /// <summary>Where it is, for example <c>lifecycle:dataset/mortgages@1</c>.</summary>
    public string Uri => "lifecycle:dataset/" + ToString();

    internal VersionRow Row { get; }

    internal DatasetCatalog Catalog => _catalog;

    /// <summary>The files, sorted by the UTF-8 bytes of their paths.</summary>
    /// <exception cref="BlobCorruptedException">The stored list is damaged.</exception>
    /// <exception cref="DatasetException">A newer version of the packages wrote the version's record.</exception>
    public async ValueTask<IReadOnlyList<DatasetFile>> ListFilesAsync(CancellationToken cancellationToken = default)
    {
        if (_tree is null)
        {
            await DatasetCatalog.RequireKnownAsync(_catalog.Blobs, Record, ToString(), cancellationToken).ConfigureAwait(false);
        }

        return _tree ??= await _catalog.ReadTreeAsync(Digest, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a file without a checkout; its bytes are checked before they are handed out.</summary>
    /// <param name="path">A path of <see cref="ListFilesAsync"/>.</param>
    /// <param name="range">The part to read; null means all of it.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="DatasetException">The version has no such file.</exception>
    public async ValueTask<Stream> OpenAsync(string path, BlobRange? range = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<DatasetFile> files = await ListFilesAsync(cancellationToken).ConfigureAwait(false);
        DatasetFile file = files.FirstOrDefault(f => string.Equals(f.Path, path, StringComparison.Ordinal))
            ?? throw new DatasetException($"{this} has no file '{path}'. It has {files.Count}: {string.Join(", ", files.Take(10).Select(f => f.Path))}{(files.Count > 10 ? ", ..." : "")}.");
        return await _catalog.Blobs.OpenAsync(file.Digest, new BlobOpenOptions { Range = range }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads rows in batches, in the order of the file.</summary>
    /// <param name="file">The table; null when the version has only one.</param>
    /// <param name="columns">Columns to read, in this order; null reads all.</param>
    /// <param name="batchRows">Most rows of a batch, at least 1.</param>
    /// <param name="cancellationToken">Cancels between buffers.</param>
    /// <exception cref="DatasetException">There is no such table, or more than one and none was named.</exception>
    /// <exception cref="TableFormatException">A row cannot be read.</exception>
    /// <exception cref="UnknownColumnException">A column is not there.</exception>
    public async IAsyncEnumerable<ColumnBatch> ReadRowsAsync(
        string? file = null,
        IReadOnlyList<string>? columns = null,
        int batchRows = 8192,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        TableSummary table = TableOf(file);
        TableFormat format = _catalog.FormatOf(table);
        Stream content = await OpenAsync(table.Path, null, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            await foreach (ColumnBatch batch in format.ReadAsync(content, table, columns, batchRows, cancellationToken).ConfigureAwait(false))
            {
                yield return batch;
            }
        }
    }

    /// <summary>Reads all rows into one batch; for tables that fit into memory.</summary>
    /// <inheritdoc cref="ReadRowsAsync"/>
    public async ValueTask<ColumnBatch> ReadAllAsync(
        string? file = null, IReadOnlyList<string>? columns = null, CancellationToken cancellationToken = default)
    {
        TableSummary table = TableOf(file);
        List<ColumnBatch> batches = [];
        await foreach (ColumnBatch batch in ReadRowsAsync(table.Path, columns, 1 << 16, cancellationToken).ConfigureAwait(false))
        {
            batches.Add(batch);
        }

        return batches.Count > 0 ? ColumnBatch.Concat(batches) : EmptyColumns.Of(table.Schema, columns);
    }

    /// <summary>What is known of the columns of a table: nulls, distinct values, moments, quantiles, frequent values.</summary>
    /// <param name="file">The table; null when the version has only one.</param>
    /// <param name="depth"><see cref="ProfileDepth.Full"/> makes what the commit did not, once, and keeps it beside the version; else what is there is enough.</param>
    /// <param name="cancellationToken">Cancels between buffers.</param>
    /// <exception cref="DatasetException">There is no such table, or more than one and none was named.</exception>
    /// <exception cref="TableFormatException">A cell cannot be read, where the profile has to be made.</exception>
    public ValueTask<DatasetProfile> ProfileAsync(
        string? file = null, ProfileDepth depth = ProfileDepth.Full, CancellationToken cancellationToken = default) =>
        _catalog.ProfileAsync(this, TableOf(file), depth, cancellationToken);

    /// <summary>Writes the files into a folder.</summary>
    /// <param name="folder">A missing one appears as a whole or not at all. Into one that is there files are written one by one, it stays the folder it is, and files that hold something else are a conflict.</param>
    /// <param name="configure">Which files, and how; null copies all and overwrites nothing.</param>
    /// <param name="cancellationToken">Cancelling before the end leaves a missing folder missing.</param>
    /// <exception cref="UnsafePathException">Paths that must not be written; nothing was.</exception>
    /// <exception cref="WorkspaceModifiedException">Files in the way; nothing was written.</exception>
    public ValueTask<CheckoutReport> CheckoutAsync(string folder, Action<CheckoutOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        CheckoutOptions options = new();
        configure?.Invoke(options);
        return _catalog.CheckoutAsync(this, folder, options, cancellationToken);
    }

    /// <summary>Writes the version into a DVC repository: objects, <c>.dvc</c> file and the line in <c>.gitignore</c>, in DVC's bytes. The work tree is not touched; check it out there.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="path">Where it will lie, relative to the repository. A version of one file with the name of that path becomes a file, others a folder.</param>
    /// <param name="cancellationToken">Cancelling leaves no trace but objects that nobody refers to; after the <c>.dvc</c> file has been written it is not heard any more.</param>
    /// <exception cref="SourceRefusedException">The path lies outside, in another output, or over one; or Git tracks it.</exception>
    /// <exception cref="DvcRepositoryBusyException">Somebody else writes there.</exception>
    public ValueTask<DvcExport> ExportAsync(DvcRepository repository, string path, CancellationToken cancellationToken = default) =>
        _catalog.ExportAsync(this, repository, path, cancellationToken);

    /// <summary>
    /// Assigns every row to a part by a hash of its key, so that a row's part never changes. Values are hashed in the types of the first split of this
    /// dataset by the same columns and salt; <see cref="SplitAsync(SplitDefinition, CancellationToken)"/> takes them from a definition.
    /// </summary>
    /// <param name="define">Key, parts, strata, salt.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <exception cref="DatasetException">
    /// There is no such table. Or an earlier split with this key and salt had a column that decides as another type, as which its cells cannot be read any more,
    /// or was by all columns, of which one is gone. Or an earlier split was written by a newer version.
    /// </exception>
    /// <exception cref="UnknownColumnException">A column that decides is not there.</exception>
    public ValueTask<DatasetSplit> SplitAsync(Action<SplitBuilder> define, CancellationToken cancellationToken = default) =>
        DatasetSplit.MakeAsync(this, define, cancellationToken);

    /// <summary>Assigns every row to a part as another split does, so that the rows of both stand in the same parts.</summary>
    /// <param name="definition"><see cref="DatasetSplit.Definition"/> of a split of this or another version.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <exception cref="DatasetException">
    /// There is no such table. Or a column that decides had another type when the split was first made, as which its cells cannot be read any more.
    /// </exception>
    /// <exception cref="UnknownColumnException">The version does not have a column that decides.</exception>
    public ValueTask<DatasetSplit> SplitAsync(SplitDefinition definition, CancellationToken cancellationToken = default) =>
        DatasetSplit.MakeAsync(this, definition, cancellationToken);

    /// <summary>What differs between the columns of a table in this version and in a younger one.</summary>
    /// <param name="newer">The younger version; it may be of another dataset.</param>
    /// <param name="file">The table, at the same path in both; null when this version has only one.</param>
    /// <exception cref="DatasetException">There is no such table.</exception>
    public SchemaDiff DiffSchema(DatasetVersion newer, string? file = null)
    {
        ArgumentNullException.ThrowIfNull(newer);
        TableSummary table = TableOf(file);
        return SchemaDiff.Between(table.Schema, newer.TableOf(file ?? table.Path).Schema);
    }

    /// <summary>For example <c>mortgages@1</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}@{Number}");

    internal TableSummary TableOf(string? file)
    {
        string names = string.Join(", ", Tables.Select(t => t.Path));
        if (file is not null)
        {
            return Tables.FirstOrDefault(t => string.Equals(t.Path, file, StringComparison.Ordinal))
                ?? throw new DatasetException($"{this} has no table '{file}'. {(names.Length == 0 ? "It has none." : $"Its tables are: {names}.")}");
        }

        return Tables.Count switch
        {
            1 => Tables[0],
            0 => throw new DatasetException($"{this} has no table: none of its files is of a format that is known ({_catalog.FormatNames}). Other formats are added to DatasetOptions.Formats, for example by AddParquet()."),
            _ => throw new DatasetException($"{this} has {Tables.Count} tables; name one of them: {names}."),
        };
    }

    /// <summary>The version in words that every feature understands.</summary>
    public static implicit operator DatasetReference(DatasetVersion version) => version.ToDatasetReference();

    /// <summary>The version as a node of lineage.</summary>
    public static implicit operator LineageNode(DatasetVersion version) => version.ToLineageNode();

    /// <summary>The version in words that every feature understands.</summary>
    public DatasetReference ToDatasetReference() => new(Name, Digest.ToString()) { Version = Id, Uri = Uri, Rows = Rows, Schema = Schema };

    /// <summary>The version as a node of lineage.</summary>
    public LineageNode ToLineageNode() => new(LineageNode.DatasetVersion, Id);
}
