using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>
/// Named tensors: what goes into a model and what comes out. A set that is used again keeps its memory: after <see cref="Clear"/>
/// it costs nothing to prepare the same tensors once more. Used by one thread at a time; disposing it disposes its values.
/// </summary>
public sealed class TensorSet : IReadOnlyList<KeyValuePair<string, TensorValue>>, IDisposable
{
    // The first _count are there; those behind were cleared and wait for reuse. No name stands twice in the whole list.
    private readonly List<KeyValuePair<string, TensorValue>> _values = [];
    private int _count;

    /// <inheritdoc/>
    public int Count => _count;

    /// <inheritdoc/>
    public KeyValuePair<string, TensorValue> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_count, nameof(index));
            return _values[index];
        }
    }

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public TensorValue this[string name] => TryGet(name, out TensorValue? value)
        ? value
        : throw new KeyNotFoundException($"There is no tensor '{name}'; there are: {string.Join(", ", this.Select(v => $"'{v.Key}'"))}.");

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
        if (Find(name, 0, _count) >= 0)
        {
            throw new InvalidInputException($"The tensor '{name}' is given twice.");
        }

        if (_count == _values.Count)
        {
            _values.Add(new(name, value));
        }
        else
        {
            // It takes the place of one that waits, so that adding and clearing in turn does not pile up memory.
            BringSpare(name);
            _values[_count].Value.Dispose();
            _values[_count] = new(name, value);
        }

        _count++;
    }

    /// <summary>The tensor of this name, if it is there.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorValue? value)
    {
        int found = Find(name, 0, _count);
        value = found < 0 ? null : _values[found].Value;
        return found >= 0;
    }

    /// <summary>The tensor of this name, made anew or used again, with room for the given shape. For runtimes, which write outputs.</summary>
    /// <exception cref="InvalidInputException">The shape is negative or too large.</exception>
    public TensorValue Prepare(string name, TensorElementType type, TensorShape shape)
    {
        TensorValue value = Room(name, type);
        value.Reshape(type, shape);
        return value;
    }

    /// <summary>The tensor of this name, made anew or used again, with room for the given dimensions. Those it has already cost nothing.</summary>
    /// <exception cref="InvalidInputException">The shape is negative or too large.</exception>
    [OverloadResolutionPriority(1)]
    public TensorValue Prepare(string name, TensorElementType type, ReadOnlySpan<long> dimensions)
    {
        TensorValue value = Room(name, type);
        value.Reshape(type, dimensions);
        return value;
    }

    /// <summary>Takes all tensors out; their memory stays for the next ones that are prepared.</summary>
    public void Clear() => _count = 0;

    /// <summary>Makes another set equal to this one: the same tensors in the same order, with copies of all elements. What was in the other one is gone.</summary>
    public void CopyTo(TensorSet target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (ReferenceEquals(target, this))
        {
            return;
        }

        target.Clear();
        for (int i = 0; i < _count; i++)
        {
            (string name, TensorValue value) = _values[i];
            value.CopyTo(target.Room(name, value.Type));
        }
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, TensorValue>> GetEnumerator()
    {
        for (int i = 0; i < _count; i++)
        {
            yield return _values[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>For example <c>x FP32[1,4]</c>.</summary>
    public override string ToString() => string.Join(", ", this.Select(v => $"{v.Key} {v.Value.Type.ProtocolName()}{v.Value.Shape}"));

    /// <summary>Disposes the values.</summary>
    public void Dispose()
    {
        foreach ((_, TensorValue value) in _values)
        {
            value.Dispose();
        }
    }

    /// <summary>Bytes of memory that are kept for reuse, so that a pool can let go of a set that once was very large.</summary>
    internal long KeptBytes
    {
        get
        {
            long bytes = 0;
            for (int i = 0; i < _values.Count; i++)
            {
                bytes += _values[i].Value.KeptBytes;
            }

            return bytes;
        }
    }

    /// <summary>The tensor of this name, looked for first where it usually stands.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    internal TensorValue Get(string name, int usual) =>
        usual < _count && ReferenceEquals(_values[usual].Key, name) ? _values[usual].Value : this[name];

    private TensorValue Room(string name, TensorElementType type)
    {
        // Whoever reuses a set mostly prepares the same tensors in the same order.
        if (_count < _values.Count && ReferenceEquals(_values[_count].Key, name))
        {
            return _values[_count++].Value;
        }

        int found = Find(name, 0, _count);
        if (found >= 0)
        {
            return _values[found].Value;
        }

        if (_count == _values.Count)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            _values.Add(new(name, new TensorValue(type)));
        }
        else
        {
            BringSpare(name);
            _values[_count] = new(name, _values[_count].Value);
        }

        return _values[_count++].Value;
    }

    /// <summary>Puts the waiting tensor of this name, or else any, in the first place of those that wait.</summary>
    private void BringSpare(string name)
    {
        int found = Find(name, _count, _values.Count);
        if (found > _count)
        {
            (_values[found], _values[_count]) = (_values[_count], _values[found]);
        }
    }

    private int Find(string name, int from, int end)
    {
        for (int i = from; i < end; i++)
        {
            if (_values[i].Key == name)
            {
                return i;
            }
        }

        return -1;
    }
}
