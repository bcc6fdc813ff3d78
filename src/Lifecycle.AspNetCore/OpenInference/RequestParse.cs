using System.Text;
using System.Text.Json;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

/// <summary>One pass over the JSON of a request.</summary>
internal ref partial struct RequestParse
{
    private readonly InferenceRequest _request;
    private readonly TensorSignature? _signature;
    private readonly OpenInferenceOptions _options;
    private readonly ReadOnlyMemory<byte> _tail;
    private readonly bool _hasHeaderLength;
    private JsonCursor _json;
    private long _elements;
    private long _binary;

    /// <param name="request">Takes what is read.</param>
    /// <param name="json">The JSON.</param>
    /// <param name="tail">The binary tensors behind it.</param>
    /// <param name="hasHeaderLength">Whether the request said where the JSON ends.</param>
    /// <param name="signature">What the model takes, if that is known.</param>
    /// <param name="options">The limits.</param>
    public RequestParse(
        InferenceRequest request,
        ReadOnlyMemory<byte> json,
        ReadOnlyMemory<byte> tail,
        bool hasHeaderLength,
        TensorSignature? signature,
        OpenInferenceOptions options)
    {
        _request = request;
        _tail = tail;
        _hasHeaderLength = hasHeaderLength;
        _signature = signature;
        _options = options;
        _json = new JsonCursor(json, request.Scratch, options.MaxJsonDepth);
    }

    public void Body()
    {
        _json.Read();
        if (_json.Token != JsonTokenType.StartObject)
        {
            throw _json.Bad($"The body needs an object with \"inputs\" and has {_json.Show()}");
        }

        bool hasInputs = false;
        int opened = _request.Keys.Open();
        while (Member(opened, out ReadOnlySpan<byte> key))
        {
            if (key.SequenceEqual("inputs"u8))
            {
                hasInputs = true;
                Inputs();
            }
            else if (_json.Token == JsonTokenType.Null)
            {
                // Clients write what they leave out as null.
            }
            else if (key.SequenceEqual("id"u8))
            {
                Id();
            }
            else if (key.SequenceEqual("outputs"u8))
            {
                Outputs();
            }
            else if (key.SequenceEqual("parameters"u8))
            {
                RequestParameters();
            }
            else
            {
                _json.Skip();
            }
        }

        // Throws when something stands behind the object.
        _json.Read();
        if (!hasInputs)
        {
            throw InferenceWireException.Bad("The body has no \"inputs\"; send an array of them, for example {\"inputs\":[{\"name\":\"x\",\"shape\":[1,1],\"datatype\":\"FP32\",\"data\":[0.5]}]}.");
        }

        if (_binary != _tail.Length)
        {
            throw InferenceWireException.Bad(
                $"The inputs have {_binary} bytes of binary data and {_tail.Length} bytes come behind the JSON; make 'binary_data_size' and {InferenceRequestReader.HeaderLength} agree with the body.");
        }
    }

    // Goes to the value of the next member; false at the end of the object.
    private bool Member(int opened, out ReadOnlySpan<byte> key)
    {
        _json.Read();
        if (_json.Token == JsonTokenType.EndObject)
        {
            _request.Keys.Close(opened);
            key = default;
            return false;
        }

        ReadOnlyMemory<byte> name = _json.Text();
        if (!_request.Keys.Add(opened, name))
        {
            throw _json.Bad($"The member '{InferenceWireException.Show(name.Span)}' stands twice in its object; send it once");
        }

        if (_request.Keys.Count(opened) > _options.MaxParameters)
        {
            throw _json.Bad($"An object has more than {_options.MaxParameters} members; send fewer");
        }

        _json.Read();
        key = name.Span;
        return true;
    }

    private void Id()
    {
        if (_json.Token != JsonTokenType.String)
        {
            throw _json.Bad($"The 'id' needs a text and has {_json.Show()}");
        }

        ReadOnlyMemory<byte> id = _json.Text();
        if (id.Length > _options.MaxIdLength && Encoding.UTF8.GetCharCount(id.Span) > _options.MaxIdLength)
        {
            throw _json.Bad($"The 'id' has {Encoding.UTF8.GetCharCount(id.Span)} characters; it has at most {_options.MaxIdLength}");
        }

        _request.Id = id;
        _request.HasId = true;
    }

    private void Outputs()
    {
        Array("outputs");
        for (_json.Read(); _json.Token != JsonTokenType.EndArray; _json.Read())
        {
            if (_request.OutputCount == _options.MaxOutputs)
            {
                throw _json.Bad($"The request asks for more than {_options.MaxOutputs} outputs; ask for fewer");
            }

            Output();
        }
    }

    private void Output()
    {
        if (_json.Token != JsonTokenType.StartObject)
        {
            throw _json.Bad($"Each of the 'outputs' is an object with a \"name\", and output {_request.OutputCount} is {_json.Show()}");
        }

        string? name = null;
        bool? isBinary = null;
        int opened = _request.Keys.Open();
        while (Member(opened, out ReadOnlySpan<byte> key))
        {
            if (key.SequenceEqual("name"u8))
            {
                name = Name(_request.EarlierOutput(), _signature?.Outputs, "output", _request.OutputCount);
            }
            else if (key.SequenceEqual("parameters"u8) && _json.Token != JsonTokenType.Null)
            {
                isBinary = OutputParameters(Called(name, _request.OutputCount));
            }
            else
            {
                _json.Skip();
            }
        }

        if (name is null)
        {
            throw _json.Bad($"Output {_request.OutputCount} has no \"name\"; name an output of the model");
        }

        if (!_request.AddOutput(new RequestedOutput(name, isBinary)))
        {
            throw _json.Bad($"The output '{InferenceWireException.Show(name)}' is asked for twice; ask once");
        }
    }

    private readonly void Array(string member)
    {
        if (_json.Token != JsonTokenType.StartArray)
        {
            throw _json.Bad($"The member '{member}' needs an array and has {_json.Show()}");
        }
    }

    // Names are mostly those of the last request or of the model: they are compared before a string is made.
    private readonly string Name(string earlier, IReadOnlyList<TensorSpec>? specs, string what, int index)
    {
        if (_json.Token != JsonTokenType.String)
        {
            throw _json.Bad($"The \"name\" of {what} {index} needs a text and has {_json.Show()}");
        }

        ReadOnlySpan<byte> name = _json.Text().Span;
        if (name.IsEmpty)
        {
            throw _json.Bad($"The \"name\" of {what} {index} is empty; name one of the model");
        }

        if (Ascii.Equals(name, earlier))
        {
            return earlier;
        }

        for (int i = 0; specs is not null && i < specs.Count; i++)
        {
            if (Ascii.Equals(name, specs[i].Name))
            {
                return specs[i].Name;
            }
        }

        return Encoding.UTF8.GetString(name);
    }
}
