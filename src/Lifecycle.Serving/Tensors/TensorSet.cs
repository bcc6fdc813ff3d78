using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Serving;

/// <summary>
/// Named tensors: what goes into a model and what comes out. A set that is used again for the outputs of the same model keeps its memory.
/// Used by one thread at a time; disposing it disposes its values.
/// </summary>
public sealed class TensorSet : IReadOnlyList<KeyValuePair<string, TensorValue>>, IDisposable
{
    private readonly List<KeyValuePair<string, TensorValue>> _values = [];

    /// <inheritdoc/>
    public int Count => _values.Count;

    /// <inheritdoc/>
    public KeyValuePair<string, TensorValue> this[int index] => _values[index];

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public TensorValue this[string name] => TryGet(name, out TensorValue? value)
        ? value
        : throw new KeyNotFoundException($"There is no tensor '{name}'; there are: {string.Join(", ", _values.Select(v => $"'{v.Key}'"))}.");

    /// <summary>Makes a set; it owns the values from now on.</summary>
    /// <exception cref="InvalidInputException">A name stands twice.</exception>
    public static TensorSet Of(params ReadOnlySpan<(string Name, TensorValue Value)> values)
    {
        TensorSet set = new();
        foreach ((string name, TensorValue value) in values)
        {
            set.Add(name, value);
        }

        return set;
    }

    /// <summary>Adds a tensor.</summary>
    /// <exception cref="InvalidInputException">The name is there already.</exception>
    public void Add(string name, TensorValue value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        if (TryGet(name, out _))
        {
            throw new InvalidInputException($"The tensor '{name}' is given twice.");
        }

        _values.Add(new(name, value));
    }

    /// <summary>The tensor of this name, if it is there.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorValue? value)
    {
        for (int i = 0; i < _values.Count; i++)
        {
            if (_values[i].Key == name)
            {
                value = _values[i].Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <summary>The tensor of this name, made anew or used again, with room for the given shape. For runtimes, which write outputs.</summary>
    /// <exception cref="InvalidInputException">The shape is negative or too large.</exception>
    public TensorValue Prepare(string name, TensorElementType type, TensorShape shape)
    {
        if (!TryGet(name, out TensorValue? value))
        {
            value = new TensorValue(type);
            _values.Add(new(name, value));
        }

        value.Reshape(type, shape);
        return value;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, TensorValue>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>For example <c>x FP32[1,4]</c>.</summary>
    public override string ToString() => string.Join(", ", _values.Select(v => $"{v.Key} {v.Value.Type.ProtocolName()}{v.Value.Shape}"));

    /// <summary>Disposes the values.</summary>
    public void Dispose()
    {
        foreach ((_, TensorValue value) in _values)
        {
            value.Dispose();
        }
    }
}
