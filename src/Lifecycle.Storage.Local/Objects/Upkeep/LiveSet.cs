namespace Lifecycle.Storage.Local;

/// <summary>Every digest that must stay: what the sources name, what young keep lists name, and the parts of all those.</summary>
internal sealed class LiveSet
{
    private readonly HashSet<Digest> _digests = [];
    private readonly HashSet<string> _keepsSeen = new(StringComparer.Ordinal);
    private readonly List<string> _expiredKeeps = [];
    private readonly Dictionary<Digest, DateTimeOffset> _released = [];
    private readonly ObjectFolder _folder;

    private LiveSet(ObjectFolder folder, TimeProvider time, DateTimeOffset at)
    {
        _folder = folder;
        At = at;
        Packs = new PackCatalog(folder, time);
        Parts = new RecipeParts(folder, Packs);
    }

    public DateTimeOffset At { get; }

    public PackCatalog Packs { get; }

    public RecipeParts Parts { get; }

    /// <summary>Keep lists whose digests are all accounted for, by their file names.</summary>
    public IReadOnlySet<string> KeepsSeen => _keepsSeen;

    public IReadOnlyList<string> ExpiredKeeps => _expiredKeeps;

    /// <summary>What expired keep lists named, and when: until then it was needed.</summary>
    public IReadOnlyDictionary<Digest, DateTimeOffset> Released => _released;

    public bool Contains(Digest digest) => _digests.Contains(digest);

    public static async ValueTask<LiveSet> BuildAsync(
        ObjectFolder folder,
        TimeProvider time,
        DateTimeOffset at,
        TimeSpan young,
        DateTimeOffset? oldestBatch,
        IReadOnlyList<IBlobReferenceSource> sources,
        CancellationToken cancellationToken)
    {
        LiveSet live = new(folder, time, at);
        DateTimeOffset youngFrom = at - young;
        List<ListFile<KeepList>> keeps = live.ReadKeeps(youngFrom);
        live.RequirePacks();
        live.See(keeps);
        foreach (IBlobReferenceSource source in sources)
        {
            await live.AskAsync(source, cancellationToken).ConfigureAwait(false);
        }

        live.AddParts(live._digests.ToArray(), cancellationToken);
        live.AddParts(live.YoungRecipes(oldestBatch is { } began && began < youngFrom ? began : youngFrom), cancellationToken);
        live.ReleaseParts();
        return live;
    }

    /// <summary>The young lists.</summary>
    private List<ListFile<KeepList>> ReadKeeps(DateTimeOffset youngFrom)
    {
        List<ListFile<KeepList>> young = [];
        foreach (ListFile<KeepList> file in ListFolder.Keeps(_folder))
        {
            if ((file.List?.At ?? file.NamedAt) is { } written && written <= youngFrom)
            {
                _expiredKeeps.Add(file.Path);
                _keepsSeen.Add(Path.GetFileName(file.Path));
                foreach (Digest digest in file.List?.Digests ?? [])
                {
                    Release(digest, written);
                }
            }
            else if (file.List is { } list)
            {
                _digests.UnionWith(list.Digests);
                young.Add(file);
            }
            else
            {
                throw new CollectionRefusedException(_folder.Relative(file.Path),
                    $"'{_folder.Relative(file.Path)}' is damaged, and what it protects cannot be told. Call RepairAsync, or plan again when it is older than the age Young of the store; nothing was touched.");
            }
        }

        return young;
    }

    /// <summary>
    /// A batch writes its list before its packs appear, so a digest that no pack holds may be a chunked blob whose parts cannot be told yet: the sweeper,
    /// which runs when the batch is through, reads such a list again.
    /// </summary>
    private void See(List<ListFile<KeepList>> keeps) =>
        _keepsSeen.UnionWith(keeps.Where(k => k.List!.Digests.All(d => Packs.TryFind(d, out _))).Select(k => Path.GetFileName(k.Path)));

    /// <summary>What an unreadable pack holds may be how a needed blob is put together, so that its parts would pass for garbage.</summary>
    private void RequirePacks()
    {
        foreach (PackReader pack in Packs.Packs)
        {
            if (pack.Table is null && pack.Problem is { } problem)
            {
                throw new CollectionRefusedException(_folder.Relative(pack.Path),
                    $"'{_folder.Relative(pack.Path)}' {problem}, and what it holds cannot be told. Call RepairAsync, then plan again; nothing was touched.");
            }
        }
    }

    private void Release(Digest digest, DateTimeOffset until)
    {
        if (!_released.TryGetValue(digest, out DateTimeOffset known) || known < until)
        {
            _released[digest] = until;
        }
    }

    private async ValueTask AskAsync(IBlobReferenceSource source, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (Digest digest in source.ReferencesAsync(cancellationToken).ConfigureAwait(false))
            {
                _digests.Add(digest);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new CollectionRefusedException(source.Name,
                $"The source '{source.Name}' could not say what it needs: {error.Message} Put that right (VerifyAsync and RepairAsync help), then plan again; nothing was touched.",
                innerException: error);
        }
    }

    private IEnumerable<Digest> YoungRecipes(DateTimeOffset from) => Packs.Packs
        .Where(p => p.Table is not null && p.Created >= from)
        .SelectMany(p => p.Entries())
        .Where(e => e.Kind == PackEntryKind.Recipe)
        .Select(e => e.Id);

    private void AddParts(IEnumerable<Digest> blobs, CancellationToken cancellationToken)
    {
        foreach (Digest blob in blobs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Parts.TryFind(blob, out PackSpot recipe) && Parts.Visit(recipe, part => _digests.Add(part.Id)) is { } problem)
            {
                throw new CollectionRefusedException(blob.ToString(),
                    $"What {blob} is put together from cannot be told: {problem}. Call RepairAsync with a store that has it, then plan again; nothing was touched.");
            }
        }
    }

    private void ReleaseParts()
    {
        foreach ((Digest digest, DateTimeOffset until) in _released.ToArray())
        {
            if (Parts.TryFind(digest, out PackSpot recipe))
            {
                Parts.Visit(recipe, part => Release(part.Id, until));
            }
        }
    }
}
