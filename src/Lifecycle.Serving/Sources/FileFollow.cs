using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>
/// Follows the versions of a layout: looks, waits until what changed has settled, digests it, and offers it. A version that is written, cannot be read or is
/// refused neither stops nor hides the others.
/// </summary>
internal sealed class FileFollow
{
    private const int MostRefused = 16;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private readonly FileLayout _layout;
    private readonly ModelDemand _demand;
    private readonly TimeProvider _time;
    private readonly FileProbe _probe;
    private readonly SortedDictionary<string, Followed> _versions = new(VersionOrder.Ascending);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private bool _isFirst = true;

    private FileFollow(FileLayout layout, ModelDemand demand, TimeProvider time)
    {
        _layout = layout;
        _demand = demand;
        _time = time;
        _probe = new FileProbe(layout.Options, time);
    }

    private TimeSpan Settle => _layout.Options.SettleTime;

    public static async IAsyncEnumerable<ModelOffer> RunAsync(
        FileLayout layout, ModelDemand demand, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FileFollow follow = new(layout, demand, time);
        using FolderWatch watch = new(layout.Options.UseWatcher, time);
        string? last = null;
        while (true)
        {
            watch.Reset();
            TimeSpan? soon = await follow.LookAsync(watch, cancellationToken).ConfigureAwait(false);
            (ModelOffer offer, string key) = follow.Offer();

            // Before anything is known to be there, what is still being written is waited for: the first offer shall not be an empty one.
            if (key != last && (last is not null || offer.Revisions.Count > 0 || soon is null))
            {
                last = key;
                yield return offer;
            }

            TimeSpan wait = soon < layout.Options.PollInterval ? soon.Value : layout.Options.PollInterval;
            await watch.WaitAsync(wait < Shortest ? Shortest : wait, wakes: soon is null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>One version as it is now; null when it is gone, refused, still being written or cannot be read.</summary>
    public static async ValueTask<ModelRevision?> OnceAsync(FileLayout layout, LinkTrail root, string name, TimeProvider time, CancellationToken cancellationToken)
    {
        FileProbe probe = new(layout.Options, time);
        try
        {
            VersionLook? look = await LookOnceAsync(null).ConfigureAwait(false);
            if (look is not null && !probe.IsQuiet(look))
            {
                await Task.Delay(layout.Options.SettleTime, time, cancellationToken).ConfigureAwait(false);
                VersionLook? before = look;
                look = await LookOnceAsync(before).ConfigureAwait(false);
                look = look?.IsSameAs(before) == true ? look : null;
            }

            return look is not null && await probe.CompleteAsync(look, cancellationToken).ConfigureAwait(false) is { } complete
                && await FileRevision.OfAsync(complete, layout.VersionOf(name), layout.Options.RequireDigest, cancellationToken).ConfigureAwait(false) is { IsRefused: false } made
                ? made.Revision
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            layout.Tell($"The version '{name}' in '{layout.Root}' cannot be read and does not stand in for the newest: {error.Message}");
            return null;
        }

        async ValueTask<VersionLook?> LookOnceAsync(VersionLook? before) => layout.Find(root, name) is { } found
            ? await probe.LookAsync(found, before, null, deep: false, cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <summary>One look at all that matters; returns how soon the next one is needed, null when nothing is unsettled.</summary>
    private async ValueTask<TimeSpan?> LookAsync(FolderWatch watch, CancellationToken cancellationToken)
    {
        LinkTrail root = LinkTrail.Of(_layout.Root);
        if (!Directory.Exists(root.Place))
        {
            throw new DirectoryNotFoundException(_layout.WhyNoFolder(root));
        }

        _folders.Clear();
        _folders.UnionWith(root.Folders);
        IReadOnlyList<string> names = _layout.Names(root);
        HashSet<string> there = new(names, StringComparer.Ordinal);
        HashSet<string> looked = new(StringComparer.Ordinal);
        TimeSpan? soon = null;

        // A version that is refused makes room for the next one, so one look may take several rounds.
        while (true)
        {
            IReadOnlyList<string> chosen = _layout.Choose([.. names.Where(n => !_versions.TryGetValue(n, out Followed? v) || v.Counts)], _demand);
            string[] round = [.. chosen.Concat(_versions.Keys).Where(n => looked.Add(n))];
            if (round.Length == 0)
            {
                Forget(names, chosen);
                break;
            }

            foreach (string name in round)
            {
                TimeSpan? wait = await StepAsync(root, name, there.Contains(name), cancellationToken).ConfigureAwait(false);
                soon = soon is null || wait < soon ? wait ?? soon : soon;
            }
        }

        _isFirst = false;
        watch.Follow(_layout.IsDeep ? root.Place : null, _layout.IsDeep ? _folders : _folders.Append(root.Place));
        return soon;
    }

    private async ValueTask<TimeSpan?> StepAsync(LinkTrail root, string name, bool isThere, CancellationToken cancellationToken)
    {
        if (!_versions.TryGetValue(name, out Followed? version))
        {
            _versions.Add(name, version = new Followed());
        }

        try
        {
            FoundVersion? found = isThere ? _layout.Find(root, name) : null;
            if (found is null)
            {
                return Gone(name, version);
            }

            version.GoneSince = null;
            _folders.UnionWith(found.Folders);
            TimeSpan? wait = await LookAsync(found, version, cancellationToken).ConfigureAwait(false);
            version.Error = null;
            return wait;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            version.Pending = null;
            version.Error = error;
            _layout.Tell($"The version '{name}' in '{_layout.Root}' cannot be read and is tried again at every look: {error.Message}");
            return null;
        }
    }

    private async ValueTask<TimeSpan?> LookAsync(FoundVersion found, Followed version, CancellationToken cancellationToken)
    {
        bool deep = version.Known is not null && _time.GetElapsedTime(version.DigestedAt) >= FileProbe.DigestInterval;
        VersionLook? look = await _probe.LookAsync(found, version.Pending, version.Known, deep, cancellationToken).ConfigureAwait(false);
        version.DigestedAt = deep ? _time.GetTimestamp() : version.DigestedAt;
        if (look is null)
        {
            version.Pending = null;
            return Settle;
        }

        if (look.IsSameAs(version.Known))
        {
            version.Pending = null;
            return null;
        }

        if (!_isFirst || !_probe.IsQuiet(look))
        {
            if (!look.IsSameAs(version.Pending))
            {
                version.Pending = look;
                version.PendingSince = _time.GetTimestamp();
                return Settle;
            }

            TimeSpan left = Settle - _time.GetElapsedTime(version.PendingSince);
            if (left > TimeSpan.Zero)
            {
                return left;
            }
        }

        version.Pending = null;
        VersionLook? complete = await _probe.CompleteAsync(look, cancellationToken).ConfigureAwait(false);
        if (complete is null || await FileRevision.OfAsync(
            complete, _layout.VersionOf(found.Name), _layout.Options.RequireDigest, cancellationToken).ConfigureAwait(false) is not { } made)
        {
            return Settle;
        }

        (version.Revision, version.IsRefused) = made;
        version.Known = complete;
        version.DigestedAt = _time.GetTimestamp();
        return null;
    }

    /// <summary>A version that is gone is offered until it was gone for the settle time: it may be on its way back.</summary>
    private TimeSpan? Gone(string name, Followed version)
    {
        version.Pending = null;
        if (version.GoneSince is not { } since)
        {
            version.GoneSince = _time.GetTimestamp();
            return Settle;
        }

        TimeSpan left = Settle - _time.GetElapsedTime(since);
        if (left > TimeSpan.Zero)
        {
            return left;
        }

        _versions.Remove(name);
        return null;
    }

    /// <summary>Forgets what is neither wanted, nor stands in for what is wanted and still comes.</summary>
    private void Forget(IReadOnlyList<string> names, IReadOnlyList<string> chosen)
    {
        IReadOnlyList<string> good = _layout.Choose(Good(), _demand);
        HashSet<string> keep = [.. chosen, .. good, .. _layout.Choose(names, _demand)];
        foreach (string name in names)
        {
            // What is refused is kept while it stands above what is offered in its place: its reason is of interest.
            bool isAbove = good.Count == 0 || VersionOrder.Ascending.Compare(name, good[0]) > 0;
            if (!keep.Contains(name) && _versions.TryGetValue(name, out Followed? version) && (version.Counts || !isAbove))
            {
                _versions.Remove(name);
            }
        }
    }

    private string[] Good() => [.. _versions.Where(v => v.Value is { Revision: not null, Counts: true }).Select(v => v.Key)];

    private (ModelOffer Offer, string Key) Offer()
    {
        IReadOnlyList<string> names = _layout.Choose(Good(), _demand);
        HashSet<string> offered = new(names, StringComparer.Ordinal);
        offered.UnionWith(_versions.Where(v => v.Value is { Revision: not null, Counts: false }).TakeLast(MostRefused).Select(v => v.Key));
        ModelRevision[] revisions = [.. _versions.Where(v => offered.Contains(v.Key)).Select(v => v.Value.Revision!)];
        string? latest = names.Count > 0 ? _versions[names[^1]].Revision!.Version : revisions.LastOrDefault()?.Version;
        string key = string.Join('\n', revisions.Select(r => $"{r.Version} {r.Digest}").Append(latest));
        if (latest is not null)
        {
            string[] refused = [.. _versions.Values.Where(v => v is { IsRefused: true, Revision: not null }).Select(v => v.Revision!.Version)];
            return (new ModelOffer(revisions, new Dictionary<string, string> { [ModelOffer.Latest] = latest }) { Refused = refused }, key);
        }

        // Offered, not thrown: the looks go on at their own pace and find it as soon as it can be read.
        Exception? error = _versions.Values.FirstOrDefault(v => v.Error is not null)?.Error;
        string? problem = error is not null
            ? $"'{_layout.Root}' has nothing that can be read: {error.Message}"
            : _layout.WhyNothing(LinkTrail.Of(_layout.Root), _demand)
                ?? (_versions.Count > 0 ? $"what is in '{_layout.Root}' is still being written; it is read when it has settled" : null);
        return (problem is null ? ModelOffer.Nothing : new ModelOffer([], ModelOffer.Nothing.Names) { Problem = problem }, problem ?? key);
    }

    /// <summary>What is known of one version.</summary>
    private sealed class Followed
    {
        public VersionLook? Known { get; set; }

        public VersionLook? Pending { get; set; }

        public long PendingSince { get; set; }

        public long DigestedAt { get; set; }

        public long? GoneSince { get; set; }

        public ModelRevision? Revision { get; set; }

        public bool IsRefused { get; set; }

        public Exception? Error { get; set; }

        /// <summary>Whether it takes one of the places that the policy gives: a refused one does not, nor one that never could be read.</summary>
        public bool Counts => Known is null ? Error is null : !IsRefused;
    }
}
