using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Drift;

/// <summary>
/// What is kept of a dataset to compare later data with: a few kilobytes a column, no raw row. Build it once, save it, throw the rows away.
/// Immutable and safe for any number of threads.
/// </summary>
public sealed partial class ReferenceProfile
{
    private readonly ReferenceColumn[] _columns;
    private readonly Dictionary<string, ReferenceColumn> _byName;
    private readonly Lazy<byte[]> _bytes;
    private readonly Lazy<Digest> _digest;
    private readonly object? _getters;

    internal ReferenceProfile(long rows, IEnumerable<ReferenceColumn> columns, object? getters = null)
    {
        Rows = rows;
        _columns = [.. columns];
        _byName = _columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
        _bytes = new Lazy<byte[]>(() => ProfileWriter.Write(this), LazyThreadSafetyMode.PublicationOnly);
        _digest = new Lazy<Digest>(() => Digest.Of(_bytes.Value), LazyThreadSafetyMode.PublicationOnly);
        _getters = getters;
    }

    /// <summary>Rows of the dataset.</summary>
    public long Rows { get; }

    /// <summary>The columns in declared order.</summary>
    public IReadOnlyList<ReferenceColumn> Columns => _columns;

    /// <summary>Whether the rows are in memory beside the profile (<see cref="ColumnSelection.KeepValues"/>); never so for a profile that was read or merged.</summary>
    public bool KeepsValues => _columns.Any(c => c is NumericColumn { Kept: not null } or CategoryColumn { Kept: not null });

    /// <summary>SHA-256 of the profile's file: its identity.</summary>
    public Digest Digest => _digest.Value;

    /// <summary>The column of this name.</summary>
    /// <exception cref="UnknownColumnException">There is none.</exception>
    public ReferenceColumn this[string name] => TryGet(name, out ReferenceColumn? column)
        ? column
        : throw new UnknownColumnException(name, _columns.Select(c => c.Name));

    /// <summary>Finds a column by name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out ReferenceColumn? column) => _byName.TryGetValue(name, out column);

    /// <summary>The same profile, able to read records of <typeparamref name="T"/>; for profiles that came from a file or a table.</summary>
    /// <param name="columns">Names columns of this profile and how each is read; columns that are not named are reported as missing.</param>
    /// <exception cref="UnknownColumnException">A named column is not in the profile.</exception>
    public ReferenceProfile ReadingWith<T>(Action<ProfileBuilder<T>> columns)
    {
        (IReadOnlyList<RowGetter<T>> getters, _) = Getters(columns);
        foreach (RowGetter<T> getter in getters)
        {
            ReferenceColumn column = this[getter.Layout.Name];
            if ((column.Kind == ColumnKind.Category) != (getter.Label is not null))
            {
                throw new ArgumentException(
                    $"The column '{column.Name}' is {(getter.Label is null ? "read as numbers" : "read as labels")} and the profile holds {(getter.Label is null ? "labels" : "numbers")}.",
                    nameof(columns));
            }
        }

        return new ReferenceProfile(Rows, _columns, getters);
    }

    /// <summary>For example <c>12 columns, 2,380 rows, sha256:...</c>.</summary>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{_columns.Length} columns, {Rows:N0} rows, {Digest}");

    internal IReadOnlyList<RowGetter<T>> GettersOf<T>() => _getters as IReadOnlyList<RowGetter<T>> ?? throw new InvalidOperationException(
        $"The profile does not know how to read a {typeof(T).Name}. Say it once: profile.ReadingWith<{typeof(T).Name}>(p => p.Numeric(\"income\", m => m.Income)).");

    private static (IReadOnlyList<RowGetter<T>> Getters, StreamPlan Plan) Getters<T>(Action<ProfileBuilder<T>> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ProfileBuilder<T> builder = new();
        columns(builder);
        return (builder.Getters, builder.Plan);
    }
}
