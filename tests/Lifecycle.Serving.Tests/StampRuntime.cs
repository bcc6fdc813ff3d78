using System.Text;

namespace Lifecycle.Serving.Tests;

/// <summary>
/// Loads files that say what to do: <c>version</c>, then words: <c>throw-load</c>, <c>throw-warm</c>, <c>reject</c>, <c>wide</c> (another signature).
/// Counts what was loaded and disposed.
/// </summary>
internal sealed class StampRuntime : IModelRuntime
{
    public List<StampModel> Loaded { get; } = [];

    /// <summary>Called with the first word before a model is loaded.</summary>
    public Func<string, Task>? Loading { get; set; }

    public string Platform => "stamp";

    public bool Accepts(string fileName, ReadOnlySpan<byte> firstBytes) => fileName.EndsWith(".stamp", StringComparison.Ordinal);

    public void Inspect(ModelContent content, ContentFile main, CancellationToken cancellationToken = default)
    {
        if (Words(main).Contains("reject"))
        {
            throw new ModelRejectedException("guard: it says reject");
        }
    }

    public async ValueTask<LoadedModel> LoadAsync(ModelContent content, ContentFile main, CancellationToken cancellationToken = default)
    {
        string[] words = Words(main);
        await (Loading?.Invoke(words[0]) ?? Task.CompletedTask).ConfigureAwait(false);
        if (words.Contains("throw-load"))
        {
            throw new IOException("the disk is gone");
        }

        StampModel model = new(words);
        lock (Loaded)
        {
            Loaded.Add(model);
        }

        return model;
    }

    private static string[] Words(ContentFile file) => Encoding.UTF8.GetString(file.Bytes.Span).Split(' ');
}

/// <summary>Answers its version; says when it is run after it was disposed.</summary>
internal sealed class StampModel(string[] words) : LoadedModel
{
    private int _disposals;

    public string Content => words[0];

    public int Disposals => Volatile.Read(ref _disposals);

    public override TensorSignature Signature { get; } = new(
        [new TensorSpec("x", TensorElementType.Int32, words.Contains("wide") ? [-1, 2] : [-1, 1])],
        [new TensorSpec("version", TensorElementType.Bytes, [-1, 1])]);

    public override bool RowsAreBatched => false;

    public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
    {
        RequireAlive();
        if (words.Contains("throw-warm"))
        {
            throw new InvalidOperationException("cannot run");
        }

        int rows = (int)inputs["x"].Shape[0];
        outputs.Prepare("version", TensorElementType.Bytes, [rows, 1]).Texts.Fill(Encoding.UTF8.GetBytes(words[0]));
    }

    public override ModelFunction<TIn, TOut>? Bind<TIn, TOut>() => new Function(this, words[0]) as ModelFunction<TIn, TOut>;

    protected override void Dispose(bool disposing) => Interlocked.Increment(ref _disposals);

    private void RequireAlive()
    {
        if (Disposals > 0)
        {
            throw new InvalidOperationException("run after disposal");
        }
    }

    private sealed class Function(StampModel model, string version) : ModelFunction<int, Stamped>
    {
        public override Stamped Predict(int input)
        {
            model.RequireAlive();
            return input == 13 ? throw new ArithmeticException("13 is poison") : new Stamped(input, version);
        }

        public override void Predict(int input, ref Stamped output) => output = Predict(input);
    }
}
