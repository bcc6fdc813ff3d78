using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Lifecycle.Data;

/// <summary>
/// CSV by RFC 4180 in UTF-8, with the delimiter found and the types inferred. Needs no store and no container.
/// </summary>
/// <remarks>
/// Types, narrowest that fits every value: Boolean (<c>true|false</c>, any case), Int64, Double, Date (<c>yyyy-MM-dd</c>), DateTime (ISO 8601), String.
/// A number with a leading zero, or an integer beyond 64 bits, makes its column String: codes are not numbers. Fields are not trimmed.
/// An empty line is skipped, except in a table of one column, where it is a null.
/// </remarks>
public sealed class CsvFormat : TableFormat
{
    internal const string FormatName = "csv";

    private readonly CsvOptions _options;

    /// <summary>Makes the format.</summary>
    /// <param name="options">How files are read; null finds the delimiter and takes the first row as header.</param>
    public CsvFormat(CsvOptions? options = null)
    {
        _options = options ?? new CsvOptions();
        if (_options.Delimiter is not null)
        {
            _ = _options.DelimiterByte;
        }
    }

    /// <inheritdoc/>
    public override string Name => FormatName;

    /// <summary>Files that end with <c>.csv</c> or <c>.tsv</c>, in any case.</summary>
    public override bool Recognizes(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public override TableScan BeginScan(string path, ProfileDepth depth = ProfileDepth.None) => new CsvScan(path, _options, depth);

    /// <inheritdoc/>
    public override async ValueTask<DatasetProfile> ProfileAsync(Stream content, TableSummary table, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(table);
        long from = content.CanSeek ? content.Position : 0;
        CsvScan scan = new(table.Path, table.Csv ?? _options, ProfileDepth.Full);
        byte[] buffer = new byte[1 << 17];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            scan.Write(buffer.AsSpan(0, read));
        }

        scan.Complete();
        return (await scan.ProfileAsync(() => Rewound(content, from), cancellationToken).ConfigureAwait(false))!;
    }

    // whoever reads it again closes what it was given
    private static LeftOpenStream Rewound(Stream content, long from)
    {
        content.Position = from;
        return new LeftOpenStream(content);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ColumnBatch> ReadAsync(
        Stream content,
        TableSummary table,
        IReadOnlyList<string>? columns,
        int batchRows,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchRows);
        CsvBatches batches = new(table, columns, batchRows);
        byte[] buffer = new byte[1 << 16];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            batches.Write(buffer.AsSpan(0, read));
            while (batches.TryTake(out ColumnBatch? batch))
            {
                yield return batch;
            }

            batches.ThrowIfBroken();
        }

        batches.Complete();
        while (batches.TryTake(out ColumnBatch? batch))
        {
            yield return batch;
        }

        batches.ThrowIfBroken();
    }

    internal static TableProblem Ragged(long row, long offset, int fields, int expected) =>
        new(TableProblemKind.RaggedRow, row, offset, $"the row has {fields} fields and the header has {expected}")
        {
            ExpectedFields = expected,
            FoundFields = fields,
        };

    internal static List<string> Names(CsvRows row, int fields, bool header, long number, Action<TableProblem> problem)
    {
        List<string> names = [];
        HashSet<string> taken = new(StringComparer.Ordinal);
        for (int i = 0; i < fields; i++)
        {
            string found = header ? Encoding.UTF8.GetString(row.Field(i)) : "";
            string name = found.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"c{i + 1}") : found;
            for (int n = 2; !taken.Add(name); n++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{(found.Length == 0 ? $"c{i + 1}" : found)}_{n}");
            }

            if (header && name != found)
            {
                problem(new TableProblem(
                    TableProblemKind.HeaderName, number, row.RowOffset,
                    found.Length == 0 ? $"column {i + 1} has no name and is called '{name}'" : $"the name '{found}' stands twice; column {i + 1} is called '{name}'"));
            }

            names.Add(name);
        }

        return names;
    }
}
