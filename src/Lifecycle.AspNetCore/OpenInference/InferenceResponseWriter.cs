using System.Buffers;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

/// <summary>
/// Writes answers of the protocol. <see cref="Write"/> makes the JSON and learns the sizes, which the headers of the response need;
/// <see cref="CopyTo"/> then gives the whole body. Its memory is kept with the request.
/// </summary>
internal sealed class InferenceResponseWriter : IDisposable
{
    private const string JsonType = "application/json";
    private const string BinaryType = "application/octet-stream";

    private readonly PooledBytes _json = new();
    private readonly List<TensorValue> _parts = [];

    /// <summary>Bytes of the JSON, for the header of <see cref="InferenceRequestReader.HeaderLength"/>; null when there is nothing behind it.</summary>
    public int? HeaderLength => _parts.Count == 0 ? null : _json.Length;

    /// <summary>Bytes of the whole body.</summary>
    public long ContentLength { get; private set; }

    /// <summary>The content type of the body.</summary>
    public string ContentType => _parts.Count == 0 ? JsonType : BinaryType;

    /// <summary>Makes an answer; the outputs must stay as they are until <see cref="CopyTo"/>.</summary>
    /// <param name="request">What was asked: its id, its outputs in their order.</param>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">The version that ran.</param>
    /// <param name="outputs">What it gave.</param>
    /// <param name="signature">What the version promises, and the order of outputs that the request leaves open; null takes what <paramref name="outputs"/> has.</param>
    /// <param name="dialect">How numbers that are not finite are written.</param>
    /// <exception cref="InferenceWireException">400: an output is unknown, or has no form in JSON. 500: the model did not give what it promises.</exception>
    public void Write(InferenceRequest request, string model, string version, TensorSet outputs, TensorSignature? signature, InferenceDialect dialect)
    {
        _json.Clear();
        _parts.Clear();
        ContentLength = 0;
        _json.Write("{\"model_name\":"u8);
        TensorJsonWriter.Text(model, _json);
        _json.Write(",\"model_version\":"u8);
        TensorJsonWriter.Text(version, _json);
        if (request.HasId)
        {
            _json.Write(",\"id\":"u8);
            TensorJsonWriter.Text(request.Id.Span, _json);
        }

        _json.Write(",\"outputs\":["u8);
        bool isBare = dialect == InferenceDialect.Triton;
        int count = request.OutputCount > 0 ? request.OutputCount : signature is { IsEmpty: false } ? signature.Outputs.Count : outputs.Count;
        for (int i = 0; i < count; i++)
        {
            if (i > 0)
            {
                _json.Write((byte)',');
            }

            string name;
            bool isBinary = request.BinaryOutputs;
            if (request.OutputCount > 0)
            {
                RequestedOutput asked = request.Output(i);
                name = asked.Name;
                isBinary = asked.Binary ?? isBinary;
            }
            else
            {
                name = signature is { IsEmpty: false } ? signature.Outputs[i].Name : outputs[i].Key;
            }

            Output(name, Find(outputs, name, signature), isBinary, isBare);
        }

        _json.Write("]}"u8);
        ContentLength += _json.Length;
    }

    /// <summary>Gives the JSON and the binary parts behind it.</summary>
    public void CopyTo(IBufferWriter<byte> body)
    {
        body.Write(_json.Span);
        foreach (TensorValue part in _parts)
        {
            BinaryTensors.Write(part, body);
        }
    }

    /// <summary>Forgets the answer, and gives memory back that is more than so many bytes.</summary>
    public void Rest(int keep)
    {
        _json.Trim(keep);
        _parts.Clear();
    }

    public void Dispose() => Rest(0);

    private static TensorValue Find(TensorSet outputs, string name, TensorSignature? signature) =>
        outputs.TryGet(name, out TensorValue? value) ? value : throw Missing(outputs, name, signature);

    private static InferenceWireException Missing(TensorSet outputs, string name, TensorSignature? signature)
    {
        string given = outputs.Count == 0 ? "nothing" : string.Join(", ", outputs.Select(o => $"'{o.Key}'"));
        return signature?.Outputs.Any(o => o.Name == name) == true
            ? new InferenceWireException(500, $"The model gave no output '{name}', which its signature promises; it gave {given}.")
            : InferenceWireException.Bad($"The model has no output '{InferenceWireException.Show(name)}'; it gives {given}.");
    }

    private void Output(string name, TensorValue value, bool isBinary, bool isBare)
    {
        InferenceRequest.CheckForm(name, value.Type, isBinary);
        _json.Write("{\"name\":"u8);
        TensorJsonWriter.Text(name, _json);
        _json.Write(",\"shape\":["u8);
        ReadOnlySpan<long> dimensions = value.Shape.Dimensions;
        for (int i = 0; i < dimensions.Length; i++)
        {
            if (i > 0)
            {
                _json.Write((byte)',');
            }

            TensorJsonWriter.Integer(dimensions[i], _json);
        }

        _json.Write("],\"datatype\":"u8);
        TensorJsonWriter.Text(value.Type.ProtocolName(), _json);
        if (isBinary)
        {
            long size = BinaryTensors.Size(value);
            _json.Write(",\"parameters\":{\"binary_data_size\":"u8);
            TensorJsonWriter.Integer(size, _json);
            _json.Write("}}"u8);
            _parts.Add(value);
            ContentLength += size;
        }
        else
        {
            _json.Write(",\"data\":["u8);
            TensorJsonWriter.Write(value, 0, value.Count, _json, isBare, name);
            _json.Write("]}"u8);
        }
    }
}
