using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Validation;

/// <summary>Gates by name.</summary>
public sealed class GateCatalog
{
    private readonly Dictionary<string, Gate> _gates = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly ValidationOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Makes a catalog.</summary>
    /// <param name="options">Settings; the confidence of gates that <see cref="Define"/> starts.</param>
    /// <param name="gates">Gates to begin with.</param>
    /// <param name="time">The clock that says when gates read from files were frozen.</param>
    /// <exception cref="ArgumentException">Two gates have one name.</exception>
    public GateCatalog(ValidationOptions? options = null, IEnumerable<Gate>? gates = null, TimeProvider? time = null)
    {
        _options = options ?? new ValidationOptions();
        _time = time ?? TimeProvider.System;
        foreach (Gate gate in gates ?? [])
        {
            Add(gate);
        }
    }

    /// <summary>Names of the gates, in ordinal order.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. _gates.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The gate of this name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those there are.</exception>
    public Gate this[string name] => TryGet(name, out Gate? gate)
        ? gate
        : throw new ArgumentException($"There is no gate '{Wording.Name(name)}'. The gates are: {string.Join(", ", Names)}.", nameof(name));

    /// <summary>Finds a gate.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Gate? gate)
    {
        lock (_lock)
        {
            return _gates.TryGetValue(name, out gate);
        }
    }

    /// <summary>Starts a gate with the confidence of the settings; add it when it is built.</summary>
    public GateBuilder Define(string name) => Gate.For(name, _options.Confidence);

    /// <summary>Adds a gate.</summary>
    /// <exception cref="ArgumentException">There is another gate of this name.</exception>
    public GateCatalog Add(Gate gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        lock (_lock)
        {
            if (!_gates.TryAdd(gate.Name, gate) && _gates[gate.Name].Digest != gate.Digest)
            {
                throw new ArgumentException($"There is another gate '{gate.Name}' with other requirements already.", nameof(gate));
            }
        }

        return this;
    }

    /// <summary>Adds every gate of a folder, one JSON file each, in the order of their names.</summary>
    /// <exception cref="GateDefinitionException">A file is no gate, or its limits are wrong; the message names the file.</exception>
    public async ValueTask<GateCatalog> AddFolderAsync(string folder, CancellationToken cancellationToken = default)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            byte[] json = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
            try
            {
                Add(Gate.FromJson(json, _time));
            }
            catch (GateDefinitionException error)
            {
                throw new GateDefinitionException(Path.GetFileName(file), error.Problems, error);
            }
        }

        return this;
    }
}
