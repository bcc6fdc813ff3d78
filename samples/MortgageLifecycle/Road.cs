using System.Diagnostics;
using Lifecycle;
using Lifecycle.Data;
using Lifecycle.Drift;
using Lifecycle.Tracking;
using Lifecycle.Validation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MortgageLifecycle.Serving;
using MortgageLifecycle.Training;

namespace MortgageLifecycle;

/// <summary>The road, one stop a method; what a stop finds out the next ones use.</summary>
internal sealed partial class Road : IAsyncDisposable
{
    private const string Model = "mortgage";
    private const string Alias = "champion";
    private const int Folds = 5;
    private const int Seed = 20260101;

    private readonly ModelLifecycle _lifecycle;
    private readonly DecisionBook _book;
    private readonly CancellationToken _stop;
    private readonly MLContext _ml = new(Seed);
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly List<(Candidate Candidate, GateReport Report, ModelVersion Version)> _candidates = [];

    private Dictionary<int, EvaluationSet> Judged { get; } = [];

    private DatasetVersion _data = null!;
    private DatasetSplit _split = null!;
    private ColumnBatch _rows = null!;
    private ColumnBatch _train = null!;
    private ModelVersion _champion = null!;
    private DriftReport _drift = null!;
    private RetrainingOutcome _retrained = null!;

    private Road(ModelLifecycle lifecycle, DecisionBook book, CancellationToken stop)
    {
        _lifecycle = lifecycle;
        _book = book;
        _stop = stop;
    }

    public static async Task<Road> OpenAsync(string root, CancellationToken stop)
    {
        DecisionBook book = new();
        ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(
            root,
            l => l.UseMLNet().Serve<Application, Decision>(Model, Alias, s => s.Tap(book).MonitorDrift()),
            stop);
        return new Road(lifecycle, book, stop);
    }

    public ValueTask DisposeAsync() => _lifecycle.DisposeAsync();

    private void Stop(string title)
    {
        Console.WriteLine();
        Console.WriteLine($"== {title}  ({_watch.Elapsed.TotalSeconds:0.0} s)");
    }

    private static void Say(string text) => Console.WriteLine("   " + text);
}
