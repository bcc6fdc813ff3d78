namespace Lifecycle.Storage.Local;

/// <summary>What is needed and what is not, at one moment: steps 1 to 4 of a collection, in memory.</summary>
internal sealed class CollectionSurvey
{
    private readonly ObjectFolder _folder;
    private readonly TimeSpan _young;
    private readonly TimeSpan _grace;
    private readonly LiveSet _live;
    private readonly DateTimeOffset? _oldestBatch;
    private readonly DeadList? _marks;
    private readonly Dictionary<Digest, DeadBlob> _dead = [];

    private CollectionSurvey(ObjectFolder folder, LocalStorageOptions options, LiveSet live, DateTimeOffset? oldestBatch, DeadList? marks)
    {
        _folder = folder;
        _young = options.Young;
        _grace = options.Grace;
        _live = live;
        _oldestBatch = oldestBatch;
        _marks = marks;
    }

    public DateTimeOffset At => _live.At;

    /// <summary>Blobs and parts in the store that are needed or young.</summary>
    public long Needed { get; private set; }

    /// <summary>What nobody needs, by digest.</summary>
    public IReadOnlyDictionary<Digest, DeadBlob> Dead => _dead;

    public PackCatalog Packs => _live.Packs;

    public RecipeParts Parts => _live.Parts;

    /// <summary>Keep lists that need not be read again, by their file names.</summary>
    public IReadOnlySet<string> KeepsSeen => _live.KeepsSeen;

    /// <summary>Keep lists that protect nothing any more.</summary>
    public IReadOnlyList<string> ExpiredKeeps => _live.ExpiredKeeps;

    /// <summary>Looks at everything. Nothing is written.</summary>
    /// <param name="folder">The store.</param>
    /// <param name="options">Its ages.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="sources">Who holds references; retired ones are not among them.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static async ValueTask<CollectionSurvey> RunAsync(
        ObjectFolder folder, LocalStorageOptions options, TimeProvider time, IReadOnlyList<IBlobReferenceSource> sources, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        ListFile<DeadList>[] lists = [.. ListFolder.Deads(folder)];
        ListFile<DeadList>? newest = lists.FirstOrDefault();
        if (newest is not null && (newest.List?.At ?? newest.NamedAt) is { } last && now < last)
        {
            throw new CollectionRefusedException(folder.Relative(newest.Path),
                $"The clock says {now:O}, and the collection '{folder.Relative(newest.Path)}' was made at {last:O}. Set the clock right, then plan again; nothing was touched.");
        }

        DateTimeOffset? oldestBatch = LivingBatches.Oldest(folder);
        LiveSet live = await LiveSet.BuildAsync(folder, time, now, options.Young, oldestBatch, sources, cancellationToken).ConfigureAwait(false);

        // When a list is damaged, marks of others may have been forgotten in it: every grace starts anew.
        CollectionSurvey survey = new(folder, options, live, oldestBatch, lists.All(l => l.List is not null) ? newest?.List : null);
        survey.FindDead(cancellationToken);
        survey.KeepPartsOfWaiting();
        return survey;
    }

    private void FindDead(CancellationToken cancellationToken)
    {
        foreach (LooseFile file in LooseFiles.Of(_folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Consider(file.Digest, file.Length, isPart: false, file.Renewed);
        }

        foreach (PackReader pack in Packs.Packs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (PackEntry entry in pack.Entries())
            {
                Consider(entry.Id, entry.Stored, entry.IsPart, pack.Created);
            }
        }

        foreach (Digest young in _dead.Where(d => IsYoung(d.Value.Since)).Select(d => d.Key).ToArray())
        {
            _dead.Remove(young);
            Needed++;
        }

        foreach ((Digest digest, DeadBlob dead) in _dead.ToArray())
        {
            DateTimeOffset renewed = _live.Released.TryGetValue(digest, out DateTimeOffset kept) && kept > dead.Since ? kept : dead.Since;
            DateTimeOffset since = _marks is not null && _marks.Marks.TryGetValue(digest, out DateTimeOffset mark) && mark >= renewed ? mark : At;
            _dead[digest] = dead with { Since = since, RemovableFrom = since + _grace };
        }
    }

    // Until the marks are looked up, Since holds the moment in which the youngest copy was put or renewed.
    private void Consider(Digest digest, long length, bool isPart, DateTimeOffset renewed)
    {
        if (_live.Contains(digest))
        {
            Needed++;
        }
        else if (_dead.TryGetValue(digest, out DeadBlob known))
        {
            _dead[digest] = known with { IsPart = known.IsPart && isPart, Since = known.Since > renewed ? known.Since : renewed };
        }
        else
        {
            _dead.Add(digest, new DeadBlob(digest, length, isPart, renewed, default));
        }
    }

    private bool IsYoung(DateTimeOffset renewed) => renewed > At - _young || (_oldestBatch is { } began && renewed >= began);

    /// <summary>A chunked blob that waits for the end of its grace can still be put or kept, so its parts wait as long.</summary>
    private void KeepPartsOfWaiting()
    {
        foreach (DeadBlob dead in _dead.Values.ToArray())
        {
            if (Parts.TryFind(dead.Digest, out PackSpot recipe))
            {
                Parts.Visit(recipe, part =>
                {
                    if (_dead.TryGetValue(part.Id, out DeadBlob of) && of.RemovableFrom < dead.RemovableFrom)
                    {
                        _dead[part.Id] = of with { RemovableFrom = dead.RemovableFrom };
                    }
                });
            }
        }
    }
}
