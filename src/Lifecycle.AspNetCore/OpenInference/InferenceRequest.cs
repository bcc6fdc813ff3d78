using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

/// <summary>One output that a request asks for.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Binary">Whether it is to be binary; null lets the request decide.</param>
internal readonly record struct RequestedOutput(string Name, bool? Binary);

/// <summary>
/// A request of the protocol, read into memory that is kept for the next one. Texts of the inputs lie in <see cref="Body"/>,
/// so that the request must not be used again before the model has ended its run.
/// </summary>
internal sealed class InferenceRequest : IDisposable
{
    /// <summary>Most dimensions of a tensor.</summary>
    public const int MaxRank = 64;

    // What a pooled request keeps at most: a rare large request must not hold its memory for ever.
    private const int KeptBytes = 256 * 1024;

    private readonly List<string> _names = [];
    private readonly List<TensorValue> _values = [];
    private readonly List<RequestedOutput> _outputs = [];
    private ReadOnlyMemory<byte> _id;
    private string? _idText;

    /// <summary>The bytes of the body, filled by <see cref="BodyReader"/>.</summary>
    public PooledBytes Body { get; } = new();

    /// <summary>The response to this request, in memory that is kept with it.</summary>
    public InferenceResponseWriter Response { get; } = new();

    /// <summary>Texts that were written with escapes.</summary>
    public PooledBytes Scratch { get; } = new();

    /// <summary>Member names, while reading.</summary>
    public JsonKeys Keys { get; } = new();

    /// <summary>Dimensions, while reading.</summary>
    public long[] Dimensions { get; } = new long[MaxRank];

    /// <summary>The inputs, in the order of the request.</summary>
    public TensorSet Inputs { get; private set; } = new();

    /// <summary>The outputs of the run.</summary>
    public TensorSet Outputs { get; private set; } = new();

    /// <summary>Number of inputs read so far.</summary>
    public int InputCount { get; private set; }

    /// <summary>Number of outputs that are asked for; 0 asks for all.</summary>
    public int OutputCount { get; private set; }

    /// <summary>What the client calls the request, as UTF-8; empty when it says nothing.</summary>
    public ReadOnlyMemory<byte> Id
    {
        get => _id;
        set
        {
            _id = value;
            _idText = null;
        }
    }

    /// <summary>Whether the request had an id, which may be empty.</summary>
    public bool HasId { get; set; }

    /// <summary>Whether outputs that say nothing are binary.</summary>
    public bool BinaryOutputs { get; set; }

    /// <summary>Whether the body was one bare tensor.</summary>
    public bool IsRaw { get; set; }

    /// <summary>Most time to the answer; zero when the request says nothing.</summary>
    public TimeSpan Timeout { get; set; }

    /// <summary>1 is the highest; 0 when the request says nothing.</summary>
    public int Priority { get; set; }

    /// <summary>The parameter <c>routing_key</c>; null when the request says nothing.</summary>
    public string? RoutingKey { get; set; }

    /// <summary>An output that is asked for.</summary>
    public RequestedOutput Output(int index) => _outputs[index];

    /// <summary>Name of an input that is read.</summary>
    public string InputName(int index) => _names[index];

    /// <summary>What the request says, as the host takes it.</summary>
    /// <param name="version">The version or alias of the URL; null lets the deployment decide.</param>
    /// <param name="routingKey">The routing key of the header; the parameter of the request wins over it.</param>
    public PredictionOptions ToOptions(string? version, string? routingKey)
    {
        Guid guid = Uuid(_id.Span);
        bool isGuid = guid != Guid.Empty;
        return new PredictionOptions
        {
            Version = version,
            RoutingKey = string.IsNullOrEmpty(RoutingKey) ? routingKey : RoutingKey,
            Timeout = Timeout > TimeSpan.Zero ? Timeout : null,
            Priority = Priority,
            RequestId = guid,
            ClientId = isGuid || _id.IsEmpty ? null : _idText ??= Encoding.UTF8.GetString(_id.Span),
        };
    }

    /// <summary>Makes sure that the model has the outputs asked for, and that they can be written as asked, before it runs.</summary>
    /// <exception cref="InferenceWireException">400.</exception>
    public void CheckOutputs(TensorSignature signature)
    {
        if (signature.IsEmpty)
        {
            return;
        }

        for (int i = 0; i < OutputCount; i++)
        {
            TensorSpec spec = Find(signature, _outputs[i].Name) ?? throw InferenceWireException.Bad(
                $"The model has no output '{InferenceWireException.Show(_outputs[i].Name)}'; it gives {string.Join(", ", signature.Outputs)}.");
            CheckForm(spec.Name, spec.Type, _outputs[i].Binary ?? BinaryOutputs);
        }

        for (int i = 0; OutputCount == 0 && i < signature.Outputs.Count; i++)
        {
            CheckForm(signature.Outputs[i].Name, signature.Outputs[i].Type, BinaryOutputs);
        }
    }

    /// <summary>Whether <see cref="Outputs"/> has what is asked for: the outputs named, else those of the signature.</summary>
    public bool IsAnswered(TensorSignature? signature)
    {
        bool isAnswered = true;
        for (int i = 0; i < OutputCount; i++)
        {
            isAnswered &= Outputs.TryGet(_outputs[i].Name, out _);
        }

        for (int i = 0; OutputCount == 0 && signature is not null && i < signature.Outputs.Count; i++)
        {
            isAnswered &= Outputs.TryGet(signature.Outputs[i].Name, out _);
        }

        return isAnswered;
    }

    /// <summary>Makes sure that a tensor can be written in this form.</summary>
    public static void CheckForm(string name, TensorElementType type, bool binary)
    {
        if (type == TensorElementType.BFloat16 && !binary)
        {
            throw InferenceWireException.Bad($"The output '{InferenceWireException.Show(name)}' is BF16, which has no form in JSON; ask for it with \"binary_data\": true.");
        }
    }

    /// <summary>Forgets the last request and keeps its memory and <see cref="Body"/>.</summary>
    public void Begin()
    {
        InputCount = 0;
        OutputCount = 0;
        Id = default;
        HasId = false;
        BinaryOutputs = false;
        IsRaw = false;
        Timeout = TimeSpan.Zero;
        Priority = 0;
        RoutingKey = null;
        Outputs.Clear();
        Scratch.Clear();
        Keys.Clear();
    }

    /// <summary>Gives large memory back, so that the request can wait for the next.</summary>
    public void Rest()
    {
        if (Held(Outputs) > 4 * KeptBytes)
        {
            Outputs.Dispose();
            Outputs = new TensorSet();
        }

        Begin();
        Body.Trim(KeptBytes);
        Scratch.Trim(KeptBytes);
        Response.Rest(KeptBytes);
        long held = 0;
        foreach (TensorValue value in _values)
        {
            held += (long)value.Count * Math.Max(value.Type.Size(), 16);
        }

        if (held > 4 * KeptBytes)
        {
            Forget();
        }
    }

    /// <summary>The value for the next input, with the memory of an earlier one.</summary>
    public TensorValue NextValue()
    {
        if (_values.Count == InputCount)
        {
            _values.Add(new TensorValue(TensorElementType.Float32));
            _names.Add(string.Empty);
        }

        return _values[InputCount];
    }

    /// <summary>The name that stood at this place in an earlier request; empty when there was none.</summary>
    public string EarlierName() => InputCount < _names.Count ? _names[InputCount] : string.Empty;

    /// <summary>The name of the output that stood at this place in an earlier request; empty when there was none.</summary>
    public string EarlierOutput() => OutputCount < _outputs.Count ? _outputs[OutputCount].Name : string.Empty;

    /// <summary>Takes the value of <see cref="NextValue"/> under this name.</summary>
    /// <returns>Whether the name is new.</returns>
    public bool AddInput(string name)
    {
        for (int i = 0; i < InputCount; i++)
        {
            if (_names[i] == name)
            {
                return false;
            }
        }

        _names[InputCount++] = name;
        return true;
    }

    /// <summary>Takes an output.</summary>
    /// <returns>Whether the name is new.</returns>
    public bool AddOutput(RequestedOutput output)
    {
        for (int i = 0; i < OutputCount; i++)
        {
            if (_outputs[i].Name == output.Name)
            {
                return false;
            }
        }

        if (OutputCount < _outputs.Count)
        {
            _outputs[OutputCount] = output;
        }
        else
        {
            _outputs.Add(output);
        }

        OutputCount++;
        return true;
    }

    /// <summary>Makes <see cref="Inputs"/> the set of what was read.</summary>
    public void Seal()
    {
        bool isSame = Inputs.Count == InputCount;
        for (int i = 0; isSame && i < InputCount; i++)
        {
            isSame = Inputs[i].Key == _names[i] && ReferenceEquals(Inputs[i].Value, _values[i]);
        }

        if (!isSame)
        {
            // The old set is not disposed: its values are those that are used again here.
            Inputs = new TensorSet();
            for (int i = 0; i < InputCount; i++)
            {
                Inputs.Add(_names[i], _values[i]);
            }
        }
    }

    /// <summary>Gives all memory back.</summary>
    public void Dispose()
    {
        Forget();
        Body.Dispose();
        Scratch.Dispose();
        Response.Dispose();
    }

    // Only the two usual forms: any other text, and the id of nothing, stays the client's own.
    private static Guid Uuid(ReadOnlySpan<byte> id) =>
        (id.Length == 32 || (id.Length == 36 && id[8] == '-')) && Guid.TryParse(id, out Guid guid) ? guid : Guid.Empty;

    private static TensorSpec? Find(TensorSignature signature, string name)
    {
        for (int i = 0; i < signature.Outputs.Count; i++)
        {
            if (signature.Outputs[i].Name == name)
            {
                return signature.Outputs[i];
            }
        }

        return null;
    }

    // What a model filled, with the texts that are in the set's own memory.
    private static long Held(TensorSet set)
    {
        long bytes = 0;
        for (int i = 0; i < set.Count; i++)
        {
            TensorValue value = set[i].Value;
            bytes += (long)value.Count * Math.Max(value.Type.Size(), 16);
            for (int text = 0; value.Type == TensorElementType.Bytes && text < value.Count; text++)
            {
                bytes += value.Texts[text].Length;
            }
        }

        return bytes;
    }

    private void Forget()
    {
        foreach (TensorValue value in _values)
        {
            value.Dispose();
        }

        _values.Clear();
        _names.Clear();
        Inputs = new TensorSet();
    }
}
