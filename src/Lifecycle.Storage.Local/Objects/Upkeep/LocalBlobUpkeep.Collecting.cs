using System.Diagnostics;
using System.Globalization;

namespace Lifecycle.Storage.Local;

/// <content>Collections.</content>
public sealed partial class LocalBlobUpkeep
{
    internal const string DutyLockName = "lock";

    /// <inheritdoc/>
    public override async ValueTask<CollectionPlan> PlanCollectionAsync(Action<UpkeepOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        UpkeepOptions options = new();
        configure?.Invoke(options);
        cancellationToken.ThrowIfCancellationRequested();
        using Activity? activity = StorageTelemetry.Source.StartActivity("lifecycle.storage.collection.plan");
        CollectionSurvey survey = await SurveyAsync(options.Retired, cancellationToken).ConfigureAwait(false);
        survey.Packs.Close();
        return new CollectionPlan(this, LifecycleId.New(_time), survey.At, survey.Needed, [.. survey.Dead.Values.OrderBy(d => d.Digest)], options.Retired);
    }

    /// <inheritdoc/>
    public override async ValueTask<CollectionReport> ApplyAsync(CollectionPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        cancellationToken.ThrowIfCancellationRequested();
        using Activity? activity = StorageTelemetry.Source.StartActivity("lifecycle.storage.collection.apply");
        using FileLock duty = TakeDuty();
        if (File.Exists(DeadFile(plan.Id)))
        {
            throw new CollectionRefusedException(plan.Id.ToString("N"), $"The collection {plan.Id:N} was applied already. Plan another one.");
        }

        CollectionSurvey survey = await SurveyAsync(plan.Retired, cancellationToken).ConfigureAwait(false);
        HashSet<Digest> planned = [.. plan.Removable.Select(d => d.Digest)];
        DeadBlob[] removable = [.. survey.Dead.Values.Where(d => d.RemovableFrom <= survey.At && planned.Contains(d.Digest))];
        await RetireAsync(plan.Retired, cancellationToken).ConfigureAwait(false);
        await WriteMarksAsync(plan.Id, survey, cancellationToken).ConfigureAwait(false);

        // Entered before anything goes: what is not in the log was not removed.
        await RecordAsync(
            new AuditRecord("objects.collected", "collection/" + plan.Id.ToString("N"), After: Numbers(
                ("marked", survey.Dead.Count - removable.Length), ("removable", removable.Length), ("removableBytes", removable.Sum(d => d.Length)))),
            cancellationToken).ConfigureAwait(false);
        Sweeper sweeper = new(_folder, _time, _options.Young, survey);
        IReadOnlyList<Digest> removed = await sweeper.RunAsync(removable.Select(d => d.Digest), cancellationToken).ConfigureAwait(false);
        survey.Packs.Close();
        _store.Packs.Refresh();
        RemoveOldLists(survey);
        StorageTelemetry.FreedBytes.Add(Math.Max(0, sweeper.FreedBytes));
        return new CollectionReport(plan.Id, removed, survey.Dead.Count - removed.Count, sweeper.FreedBytes);
    }

    /// <inheritdoc/>
    public override async ValueTask<UndoReport> UndoCollectionAsync(Guid id, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using FileLock duty = TakeDuty();
        try
        {
            ListFile<DeadList>[] lists = [.. ListFolder.Deads(_folder)];
            if (Array.Find(lists, l => l.Path == DeadFile(id))?.List is not { } undone)
            {
                throw new CollectionRefusedException(id.ToString("N"),
                    $"There are no marks of a collection {id:N}: it was never applied, was undone, or is older than the grace. Nothing was changed.");
            }

            if (lists[0].List is { } newest)
            {
                Dictionary<Digest, DateTimeOffset> left = newest.Marks.Where(m => !undone.Marks.ContainsKey(m.Key)).ToDictionary();
                await AtomicFile.WriteAsync(lists[0].Path, new DeadList(newest.Id, newest.At, left).ToBytes(), cancellationToken).ConfigureAwait(false);
            }

            if (lists[0].Path != DeadFile(id))
            {
                _folder.Disk.Delete(DeadFile(id));
            }

            PackCatalog packs = new(_folder, _time);
            ILookup<bool, Digest> there = undone.Marks.Keys.Order().ToLookup(d => File.Exists(_folder.FileOf(d)) || packs.TryFind(d, out _));
            packs.Close();
            UndoReport report = new(id, [.. there[false]], [.. there[true]]);
            await RecordAsync(
                new AuditRecord("objects.undone", "collection/" + id.ToString("N"), After: Numbers(("removed", report.Removed.Count), ("spared", report.Spared.Count))),
                cancellationToken).ConfigureAwait(false);
            return report;
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "undo", id.ToString("N"), _folder.Path);
        }
    }

    private async ValueTask<CollectionSurvey> SurveyAsync(IReadOnlyList<string> retired, CancellationToken cancellationToken)
    {
        try
        {
            foreach (string name in ReadNames())
            {
                if (!_sources.ContainsKey(name) && !retired.Contains(name))
                {
                    throw new CollectionRefusedException(name,
                        $"The store also holds objects of '{name}', which is not registered in this process: add that feature (for example with Add{Title(name)}()), "
                        + $"or say that it is gone for good with UpkeepOptions.Retire(\"{name}\"). Nothing was touched.");
                }
            }

            IBlobReferenceSource[] sources = [.. _sources.Where(s => !retired.Contains(s.Key)).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value)];
            return await CollectionSurvey.RunAsync(_folder, _options, _time, sources, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "collect", _folder.Path, _folder.Path);
        }
    }

    private async ValueTask RetireAsync(IReadOnlyList<string> retired, CancellationToken cancellationToken)
    {
        foreach (string name in retired.Where(ReadNames().Contains))
        {
            await RecordAsync(new AuditRecord("objects.retired", "source/" + name), cancellationToken).ConfigureAwait(false);
            await ChangeNamesAsync(names => [.. names.Where(n => n != name)], cancellationToken).ConfigureAwait(false);
            _sources.TryRemove(name, out _);
            _registered.TryRemove(name, out _);
        }
    }

    private async ValueTask WriteMarksAsync(Guid id, CollectionSurvey survey, CancellationToken cancellationToken)
    {
        byte[] list = new DeadList(id, survey.At, survey.Dead.ToDictionary(d => d.Key, d => d.Value.Since)).ToBytes();
        try
        {
            await AtomicFile.WriteAsync(DeadFile(id), list, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "collect", id.ToString("N"), _folder.Path, list.Length);
        }
    }

    /// <summary>Keep lists that protect nothing, and marks whose grace is over: each is in the newest list by now, or forgotten.</summary>
    private void RemoveOldLists(CollectionSurvey survey)
    {
        try
        {
            foreach (string expired in survey.ExpiredKeeps)
            {
                _folder.Disk.Delete(expired);
            }

            foreach (ListFile<DeadList> old in ListFolder.Deads(_folder).Skip(1).Where(l => l.List is null || l.List.At + _options.Grace < survey.At))
            {
                _folder.Disk.Delete(old.Path);
            }
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "collect", _folder.Path, _folder.Path);
        }
    }

    private string DeadFile(Guid id) => Path.Combine(_folder.Path, DeadList.Folder, id.ToString("N") + DeadList.Extension);

    private static string Title(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..];

    private static string Numbers(params ReadOnlySpan<(string Name, long Value)> numbers)
    {
        List<string> parts = [];
        foreach ((string name, long value) in numbers)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"\"{name}\":{value}"));
        }

        return "{" + string.Join(',', parts) + "}";
    }
}
