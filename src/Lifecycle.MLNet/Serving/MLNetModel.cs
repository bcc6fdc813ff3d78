using System.Collections.Concurrent;
using System.Reflection;
using Lifecycle.Serving;
using Microsoft.ML;

namespace Lifecycle.MLNet;

/// <summary>A loaded <c>model.zip</c>: typed functions over rings of engines, and rows of tensors over rings of scorers.</summary>
internal sealed class MLNetModel : LoadedModel
{
    private readonly MLContext _context;
    private readonly ITransformer _transformer;
    private readonly ConcurrentBag<IDisposable> _owned = [];
    private readonly CoreRing<RowScorer>? _scorers;
    private readonly string? _whyNoTensors;

    /// <summary>Makes the model; it owns the transformer.</summary>
    /// <param name="context">Makes the engines.</param>
    /// <param name="transformer">The model.</param>
    /// <param name="schema">What goes in, as it was saved; null when nothing was saved.</param>
    public MLNetModel(MLContext context, ITransformer transformer, DataViewSchema? schema)
    {
        _context = context;
        _transformer = transformer;
        (RowMapping? mapping, _whyNoTensors) = RowMapping.Of(transformer, schema);
        if (mapping is not null)
        {
            Signature = mapping.Signature;
            _scorers = new CoreRing<RowScorer>(() => new RowScorer(mapping));
            _scorers.Fill();
        }
    }

    public override TensorSignature Signature { get; } = TensorSignature.Empty;

    /// <summary>A run over many rows costs more than an engine a row.</summary>
    public override bool RowsAreBatched => false;

    public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
    {
        if (_scorers is null)
        {
            throw new InvalidInputException($"This model takes no tensors: {_whyNoTensors}. Call it through a Predictor.");
        }

        RowScorer scorer = _scorers.Rent();
        try
        {
            scorer.Run(inputs, outputs, cancellationToken);
        }
        finally
        {
            _scorers.Return(scorer);
        }
    }

    public override ModelFunction<TIn, TOut>? Bind<TIn, TOut>()
    {
        object function;
        try
        {
            Type type = typeof(MLNetFunction<,>).MakeGenericType(typeof(TIn), typeof(TOut));
            function = Activator.CreateInstance(type, BindingFlags.DoNotWrapExceptions, null, [_context, _transformer], null)!;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            throw new ModelRejectedException(
                $"binding: the model cannot be called as {typeof(TIn).Name} -> {typeof(TOut).Name}: {error.Message} "
                + $"(classes with settable properties; the output needs a constructor without parameters; the model is {(Signature.IsEmpty ? _whyNoTensors : Signature)})",
                error);
        }

        _owned.Add((IDisposable)function);
        return (ModelFunction<TIn, TOut>)function;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (IDisposable owned in _owned)
            {
                owned.Dispose();
            }

            _scorers?.Dispose();
            (_transformer as IDisposable)?.Dispose();
        }
    }
}
