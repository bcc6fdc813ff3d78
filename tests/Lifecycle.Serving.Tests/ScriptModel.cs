using System.Text;

namespace Lifecycle.Serving.Tests;

/// <summary>A model that does what the test says, and knows whether it was run after its end or ended under a run.</summary>
internal sealed class ScriptModel(TensorSignature signature, Action<TensorSet, TensorSet, CancellationToken> run, bool isBatched = false) : LoadedModel
{
    private int _disposals;
    private int _running;
    private int _runs;
    private int _mostRunning;
    private int _wrongs;

    public int Disposals => Volatile.Read(ref _disposals);

    public int Runs => Volatile.Read(ref _runs);

    public int Running => Volatile.Read(ref _running);

    public int MostRunning => Volatile.Read(ref _mostRunning);

    /// <summary>Runs after the end, and ends under a run.</summary>
    public int Wrongs => Volatile.Read(ref _wrongs);

    public override TensorSignature Signature => signature;

    public override bool RowsAreBatched => isBatched;

    internal override bool TakesMadeUpRows => false;

    public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _runs);
        int running = Interlocked.Increment(ref _running);
        for (int most = MostRunning; running > most; most = MostRunning)
        {
            Interlocked.CompareExchange(ref _mostRunning, running, most);
        }

        try
        {
            Require(Disposals == 0);
            run(inputs, outputs, cancellationToken);
            Require(Disposals == 0);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    protected override void Dispose(bool disposing)
    {
        Require(Running == 0);
        Interlocked.Increment(ref _disposals);
    }

    private void Require(bool holds)
    {
        if (!holds)
        {
            Interlocked.Increment(ref _wrongs);
        }
    }
}

/// <summary>Loads models that tests made beforehand, each under a key that is the content of its file.</summary>
internal sealed class ScriptRuntime : IModelRuntime
{
    private readonly Dictionary<string, LoadedModel> _models = [];

    public string Platform => "script";

    /// <summary>Is called at each load, and may take its time.</summary>
    public Action? Loading { get; set; }

    /// <summary>A version that loads this model; further files lie beside it.</summary>
    public ModelRevision Revision(string version, LoadedModel model, params (string Path, string Text)[] beside)
    {
        lock (_models)
        {
            string key = $"{version} {_models.Count}";
            _models.Add(key, model);
            ContentFile[] files = [new("model.script", Encoding.UTF8.GetBytes(key)), .. beside.Select(f => new ContentFile(f.Path, Encoding.UTF8.GetBytes(f.Text)))];
            return ModelRevision.FromFiles(version, Digest.Of(Encoding.UTF8.GetBytes(key)), _ => new ValueTask<ModelContent>(new ModelContent(files)));
        }
    }

    public bool Accepts(string fileName, ReadOnlySpan<byte> firstBytes) => fileName.EndsWith(".script", StringComparison.Ordinal);

    public void Inspect(ModelContent content, ContentFile main, CancellationToken cancellationToken = default)
    {
    }

    public ValueTask<LoadedModel> LoadAsync(ModelContent content, ContentFile main, CancellationToken cancellationToken = default)
    {
        Loading?.Invoke();
        lock (_models)
        {
            return new ValueTask<LoadedModel>(_models[Encoding.UTF8.GetString(main.Bytes.Span)]);
        }
    }
}
