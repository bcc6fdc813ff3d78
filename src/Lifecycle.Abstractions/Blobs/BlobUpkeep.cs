namespace Lifecycle;

/// <summary>
/// The store's housekeeping: knows who holds references, finds what is damaged, mends it from a second store, and removes what nobody needs.
/// </summary>
public abstract class BlobUpkeep
{
    /// <summary>
    /// Registers a feature as a holder of references, durably, before it makes its first table. Doing so twice changes nothing.
    /// </summary>
    public abstract ValueTask RegisterAsync(IBlobReferenceSource source, CancellationToken cancellationToken = default);

    /// <summary>The names of all sources that ever opened this store.</summary>
    public abstract ValueTask<IReadOnlyList<string>> SourcesAsync(CancellationToken cancellationToken = default);

    /// <summary>Says what a collection would remove. Touches nothing; <see cref="CollectionPlan.ApplyAsync"/> does.</summary>
    /// <param name="configure">Null: no source is retired.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="CollectionRefusedException">
    /// Nobody can tell what is needed: a source of the store is not registered or throws, a list is damaged, or the clock went back.
    /// </exception>
    public abstract ValueTask<CollectionPlan> PlanCollectionAsync(Action<UpkeepOptions>? configure = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Marks what nobody needs and removes what has been marked for the grace. What the plan says is looked at again: a blob that is needed now stays.
    /// </summary>
    /// <param name="plan">A plan of this store.</param>
    /// <param name="cancellationToken">Cancelling stops between two steps; what was removed stays removed.</param>
    /// <exception cref="CollectionRefusedException">As for <see cref="PlanCollectionAsync"/>; also when another collection is under way.</exception>
    public abstract ValueTask<CollectionReport> ApplyAsync(CollectionPlan plan, CancellationToken cancellationToken = default);

    /// <summary>Drops the marks of a collection, so that the grace of what it marked starts anew. What was removed after its grace stays removed.</summary>
    /// <param name="id">The plan's <see cref="CollectionPlan.Id"/>.</param>
    /// <param name="cancellationToken">Cancelling leaves the marks.</param>
    /// <exception cref="CollectionRefusedException">There is no such collection, or its grace is over and its marks are forgotten.</exception>
    public abstract ValueTask<UndoReport> UndoCollectionAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Reads every file of the store and checks it, then asks the registered sources for references that are not there and for what they find wrong.</summary>
    public ValueTask<VerificationReport> VerifyAsync(CancellationToken cancellationToken = default) => VerifyAsync(_ => { }, cancellationToken);

    /// <summary>Reads the store, or a part of it, and checks it.</summary>
    /// <param name="configure">Which part and how fast.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public abstract ValueTask<VerificationReport> VerifyAsync(Action<VerificationOptions> configure, CancellationToken cancellationToken = default);

    /// <summary>
    /// Verifies the store and fetches what is damaged or missing from another one. A good copy is in its place before the bad one goes; what
    /// the other store does not hold stays as it is. Files that can be made anew (sums, indexes, lists) are.
    /// </summary>
    /// <param name="from">A store that holds the same blobs; only read.</param>
    /// <param name="cancellationToken">Cancelling leaves every blob that was sound sound.</param>
    public abstract ValueTask<RepairReport> RepairAsync(IBlobStore from, CancellationToken cancellationToken = default);
}
