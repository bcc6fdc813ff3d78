namespace Lifecycle;

/// <summary>How a collection looks for garbage.</summary>
public sealed class UpkeepOptions
{
    private readonly List<string> _retired = [];

    /// <summary>Names given to <see cref="Retire"/>.</summary>
    public IReadOnlyList<string> Retired => _retired;

    /// <summary>
    /// Says that a source will not come back: what only it needed is garbage. Applying the plan strikes it from the store's list and enters that in the audit log.
    /// </summary>
    /// <param name="source">Its name, for example <c>tracking</c>.</param>
    public UpkeepOptions Retire(string source)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        if (!_retired.Contains(source))
        {
            _retired.Add(source);
        }

        return this;
    }
}

/// <summary>A blob, or a part of one, that nobody needs.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Length">Bytes.</param>
/// <param name="IsPart">Whether it was a part of a bigger blob.</param>
/// <param name="Since">When a collection first saw that nobody needs it; the moment of the plan for one that is new.</param>
/// <param name="RemovableFrom">From when on a collection removes it.</param>
public readonly record struct DeadBlob(Digest Digest, long Length, bool IsPart, DateTimeOffset Since, DateTimeOffset RemovableFrom);

/// <summary>What a collection would do at the moment it was planned. Nothing was touched.</summary>
public sealed class CollectionPlan
{
    private readonly BlobUpkeep _upkeep;

    /// <summary>Makes a plan; backends do.</summary>
    /// <param name="upkeep">The housekeeping that will apply it.</param>
    /// <param name="id">Id of the collection.</param>
    /// <param name="at">The moment of the plan.</param>
    /// <param name="live">Blobs and parts that are needed.</param>
    /// <param name="dead">What nobody needs, in the order of the digests.</param>
    /// <param name="retired">Sources to strike from the store's list.</param>
    public CollectionPlan(BlobUpkeep upkeep, Guid id, DateTimeOffset at, long live, IReadOnlyList<DeadBlob> dead, IReadOnlyList<string> retired)
    {
        ArgumentNullException.ThrowIfNull(upkeep);
        ArgumentNullException.ThrowIfNull(dead);
        ArgumentNullException.ThrowIfNull(retired);
        _upkeep = upkeep;
        Id = id;
        At = at;
        Live = live;
        Dead = dead;
        Retired = retired;
        Removable = [.. dead.Where(d => d.RemovableFrom <= at)];
    }

    /// <summary>Id of the collection; what <see cref="BlobUpkeep.UndoCollectionAsync"/> takes.</summary>
    public Guid Id { get; }

    /// <summary>The moment of the plan.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Blobs and parts that are needed or too young to tell.</summary>
    public long Live { get; }

    /// <summary>What nobody needs, in the order of the digests: marked when the plan is applied, removed after the grace.</summary>
    public IReadOnlyList<DeadBlob> Dead { get; }

    /// <summary>Those of <see cref="Dead"/> whose grace is over: gone when the plan is applied, unless somebody needs them again until then.</summary>
    public IReadOnlyList<DeadBlob> Removable { get; }

    /// <summary>Bytes of <see cref="Dead"/>.</summary>
    public long DeadBytes => Dead.Sum(d => d.Length);

    /// <summary>Bytes of <see cref="Removable"/>.</summary>
    public long RemovableBytes => Removable.Sum(d => d.Length);

    /// <summary>Sources that applying the plan strikes from the store's list.</summary>
    public IReadOnlyList<string> Retired { get; }

    /// <inheritdoc cref="BlobUpkeep.ApplyAsync"/>
    public ValueTask<CollectionReport> ApplyAsync(CancellationToken cancellationToken = default) => _upkeep.ApplyAsync(this, cancellationToken);

    /// <summary>One line for a person.</summary>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{Live} needed; {Dead.Count} ({DeadBytes} bytes) not needed, of which {Removable.Count} ({RemovableBytes} bytes) are removed when the plan is applied");
}

/// <summary>What a collection did.</summary>
/// <param name="Id">The collection.</param>
/// <param name="Removed">Digests the store no longer holds, in order.</param>
/// <param name="Marked">Blobs and parts that wait for the end of their grace.</param>
/// <param name="FreedBytes">Bytes of the disk that became free.</param>
public sealed record CollectionReport(Guid Id, IReadOnlyList<Digest> Removed, int Marked, long FreedBytes);

/// <summary>What undoing a collection could and could not do.</summary>
/// <param name="Id">The collection.</param>
/// <param name="Removed">Marked by it and removed since, in order: these do not come back.</param>
/// <param name="Spared">Marked by it and still there: their grace starts anew.</param>
public sealed record UndoReport(Guid Id, IReadOnlyList<Digest> Removed, IReadOnlyList<Digest> Spared);
