using System.Collections.Concurrent;
using System.Reflection;
using Lifecycle.Serving;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet;

/// <summary>A loaded <c>model.zip</c>: typed functions over rings of engines, and rows of tensors over a ring of scorers.</summary>
internal sealed class MLNetModel : LoadedModel
{
    private readonly MLContext _context;
    private readonly ITransformer _transformer;
    private readonly ConcurrentBag<IDisposable> _owned = [];
    private readonly ScorerRing? _scorers;
    private readonly string? _whyNoTensors;
    private readonly ClassFit _fit;

    /// <summary>Makes the model; it owns the transformer.</summary>
    /// <param name="context">Makes the engines.</param>
    /// <param name="transformer">The model.</param>
    /// <param name="schema">What goes in, as it was saved; null when nothing was saved.</param>
    /// <param name="request">What the application wants.</param>
    public MLNetModel(MLContext context, ITransformer transformer, DataViewSchema? schema, ModelRequest request)
    {
        _context = context;
        _transformer = transformer;
        _fit = new ClassFit(transformer, schema);
        (RowMapping? mapping, _whyNoTensors) = RowMapping.Of(transformer, schema, request);
        if (mapping is not null)
        {
            Signature = mapping.Signature;
            _scorers = new ScorerRing(mapping);
        }
    }

    public override TensorSignature Signature { get; } = TensorSignature.Empty;

    /// <summary>A run over many rows costs more than an engine a row.</summary>
    public override bool RowsAreBatched => false;

    public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
    {
        if (_scorers is null)
        {
            throw new InvalidInputException($"This model takes no tensors: {_whyNoTensors}. Or call it through a Predictor.");
        }

        _scorers.Run(inputs, outputs, cancellationToken);
    }

    public override ModelFunction<TIn, TOut>? Bind<TIn, TOut>()
    {
        object function;
        try
        {
            Type type = typeof(EngineRing<,>).MakeGenericType(typeof(TIn), typeof(TOut));
            function = Activator.CreateInstance(type, BindingFlags.DoNotWrapExceptions, null, [_context, _transformer], null)!;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            // An engine wants every column that any transform reads, also the label; the tensors want only what the outputs depend on.
            if (FitsTensors(typeof(TIn), typeof(TOut)))
            {
                return null;
            }

            throw new ModelRejectedException(
                $"binding: the model cannot be called as {typeof(TIn).Name} -> {typeof(TOut).Name}: " + (_fit.WhyNot(typeof(TIn), typeof(TOut))
                    ?? $"{error.Message.TrimEnd('.')} (classes with settable properties; the output needs a constructor without parameters; the model is "
                    + $"{(Signature.IsEmpty ? _whyNoTensors : Signature)})"),
                error);
        }

        if (_fit.WhyEmpty(typeof(TIn), typeof(TOut)) is { } empty)
        {
            ((IDisposable)function).Dispose();
            throw new ModelRejectedException($"binding: {empty}");
        }

        _owned.Add((IDisposable)function);
        return (ModelFunction<TIn, TOut>)function;
    }

    public override string? ColumnOf(MemberInfo member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return member.CustomAttributes.FirstOrDefault(a => a.AttributeType == typeof(ColumnNameAttribute))?.ConstructorArguments[0].Value as string;
    }

    /// <summary>A member marked as a key counts from 0, its tensor from 1.</summary>
    public override bool HoldsTensorValue(MemberInfo member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return !member.IsDefined(typeof(KeyTypeAttribute), inherit: true);
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

    /// <summary>
    /// Whether a row can go in as tensors and its answer come out of them. Not with keys that go in: in a class they count from 0, in a tensor from 1.
    /// </summary>
    private bool FitsTensors(Type input, Type output)
    {
        Dictionary<string, MemberInfo> inputs = Members(input), outputs = Members(output);
        return !Signature.IsEmpty && outputs.Count > 0
            && Signature.Inputs.All(t => inputs.TryGetValue(t.Name, out MemberInfo? member) && !member.IsDefined(typeof(KeyTypeAttribute)))
            && outputs.Keys.All(name => Signature.Outputs.Any(t => t.Name == name));
    }

    private Dictionary<string, MemberInfo> Members(Type type)
    {
        Dictionary<string, MemberInfo> members = new(StringComparer.Ordinal);
        foreach (MemberInfo member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance))
        {
            if (member is FieldInfo || (member is PropertyInfo { CanRead: true } property && property.GetIndexParameters().Length == 0))
            {
                members[ColumnOf(member) ?? member.Name] = member;
            }
        }

        return members;
    }
}
