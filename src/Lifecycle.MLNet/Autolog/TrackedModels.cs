using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Lifecycle.Tracking;
using Microsoft.ML;

namespace Lifecycle.MLNet;

/// <summary>Models that autologging saves, by their transformer, so that logging one by hand gives the same artifact.</summary>
internal static class TrackedModels
{
    public const string Name = "model";

    private static readonly ConditionalWeakTable<ITransformer, ConcurrentQueue<SavedModel>> Models = [];

    /// <summary>Begins to save; the end of the run waits for it.</summary>
    public static void Save(Run run, ITransformer transformer, DataViewSchema trained)
    {
        DataViewSchema schema = ModelColumns.Needed(transformer, trained);
        CancellationTokenSource stop = new();
        Task<ModelArtifact> saving = Task.Run(
            async () => await MLNetModelFiles.LogAsync(run, new MLContext(), transformer, schema, Name, default, stop.Token).ConfigureAwait(false), stop.Token);
        Models.GetOrCreateValue(transformer).Enqueue(new SavedModel(run, schema, saving));
        run.BeforeEnd(Name, async timeUp =>
        {
            using CancellationTokenRegistration cancel = timeUp.Register(stop.Cancel);
            await saving.ConfigureAwait(false);
        });
    }

    /// <summary>What was saved of the transformer for the run; null when nothing was.</summary>
    public static SavedModel? Find(Run run, ITransformer transformer) =>
        Models.TryGetValue(transformer, out ConcurrentQueue<SavedModel>? models) ? models.FirstOrDefault(m => ReferenceEquals(m.Run, run)) : null;
}

/// <summary>A model that is being saved or was.</summary>
/// <param name="Run">For this run.</param>
/// <param name="Schema">The columns that go in.</param>
/// <param name="Artifact">The model, when it is saved.</param>
internal sealed record SavedModel(Run Run, DataViewSchema Schema, Task<ModelArtifact> Artifact)
{
    /// <summary>Whether it was saved for these columns, whatever their order.</summary>
    public bool Takes(DataViewSchema schema) => Columns(Schema).SetEquals(Columns(schema));

    private static HashSet<(string, string)> Columns(DataViewSchema schema) => [.. schema.Where(c => !c.IsHidden).Select(c => (c.Name, c.Type.ToString()!))];
}
