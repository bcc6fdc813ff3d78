using System.Text.Json;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

// Inputs: name, shape and datatype in any order, then the elements from the JSON or from the bytes behind it.
internal ref partial struct RequestParse
{
    private void Inputs()
    {
        Array("inputs");
        for (_json.Read(); _json.Token != JsonTokenType.EndArray; _json.Read())
        {
            if (_request.InputCount == _options.MaxInputs)
            {
                throw _json.Bad($"The request has more than {_options.MaxInputs} inputs; send fewer");
            }

            Input();
        }
    }

    private void Input()
    {
        int index = _request.InputCount;
        if (_json.Token != JsonTokenType.StartObject)
        {
            throw _json.Bad($"Each of the 'inputs' is an object, and input {index} is {_json.Show()}");
        }

        string? name = null;
        int rank = -1;
        TensorElementType? type = null;
        long? size = null;
        bool hasData = false;
        bool isFilled = false;
        JsonCursor data = default;
        int opened = _request.Keys.Open();
        while (Member(opened, out ReadOnlySpan<byte> key))
        {
            if (key.SequenceEqual("name"u8))
            {
                name = Name(_request.EarlierName(), _signature?.Inputs, "input", index);
            }
            else if (key.SequenceEqual("shape"u8))
            {
                rank = Shape(Called(name, index));
            }
            else if (key.SequenceEqual("datatype"u8))
            {
                type = Datatype(Called(name, index));
            }
            else if (key.SequenceEqual("data"u8) && _json.Token != JsonTokenType.Null)
            {
                hasData = true;
                if (name is not null && rank >= 0 && type is { } known)
                {
                    Elements(ref _json, new TensorPlace(name), known, rank);
                    isFilled = true;
                }
                else
                {
                    data = _json;
                    _json.Skip();
                }
            }
            else if (key.SequenceEqual("parameters"u8) && _json.Token != JsonTokenType.Null)
            {
                size = InputParameters(Called(name, index));
            }
            else
            {
                _json.Skip();
            }
        }

        if (name is null)
        {
            throw _json.Bad($"Input {index} has no \"name\"; name an input of the model");
        }

        TensorPlace place = new(name);
        TensorElementType elements = type ?? throw _json.Bad($"{place} has no \"datatype\"; send one, for example FP32");
        if (rank < 0)
        {
            throw _json.Bad($"{place} has no \"shape\"; send one, for example [1,4]");
        }

        if (hasData == size.HasValue)
        {
            throw _json.Bad(hasData
                ? $"{place} has both \"data\" and 'binary_data_size'; send one of them"
                : $"{place} has neither \"data\" nor the parameter 'binary_data_size'; send one of them");
        }

        if (size is { } bytes)
        {
            BinaryElements(place, elements, rank, bytes);
        }
        else if (!isFilled)
        {
            Elements(ref data, place, elements, rank);
        }

        if (!_request.AddInput(name))
        {
            throw _json.Bad($"{place} is given twice; send it once");
        }
    }

    private void Elements(ref JsonCursor data, in TensorPlace place, TensorElementType type, int rank)
    {
        ReadOnlySpan<long> dimensions = _request.Dimensions.AsSpan(0, rank);
        int count = Count(dimensions, place);
        if (data.Token != JsonTokenType.StartArray)
        {
            throw data.Bad($"{place} needs an array as \"data\" and has {data.Show()}");
        }

        // More elements than the rest of the body can hold: there is no memory for what cannot come.
        if (TensorJsonReader.FewestBytes(count) > data.Left)
        {
            throw TensorJsonReader.CountError(ref data, place, dimensions, count);
        }

        TensorValue value = Room(type, dimensions);
        TensorJsonReader.Fill(ref data, value, 0, dimensions, count, place, _options.MaxTextBytes);
        _elements += count;
    }

    private void BinaryElements(in TensorPlace place, TensorElementType type, int rank, long size)
    {
        ReadOnlySpan<long> dimensions = _request.Dimensions.AsSpan(0, rank);
        int count = Count(dimensions, place);
        BinaryTensors.CheckSize(type, count, size, place);
        if (size > _tail.Length - _binary)
        {
            throw _json.Bad(_hasHeaderLength
                ? $"{place} has {size} bytes of binary data and {_tail.Length - _binary} bytes are left behind the JSON; send all of them, in the order of the inputs"
                : $"{place} has binary data, and the header {InferenceRequestReader.HeaderLength} is missing; set it to the number of bytes of the JSON");
        }

        TensorValue value = Room(type, dimensions);
        BinaryTensors.Read(_tail.Slice((int)_binary, (int)size), value, place, _options.MaxTextBytes);
        _binary += size;
        _elements += count;
    }

    private readonly TensorValue Room(TensorElementType type, ReadOnlySpan<long> dimensions)
    {
        TensorValue value = _request.NextValue();
        // An equal shape is used again instead of making a new one.
        value.Reshape(type, value.Shape.Dimensions.SequenceEqual(dimensions) ? value.Shape : TensorShape.Create(dimensions));
        return value;
    }

    private readonly int Count(ReadOnlySpan<long> dimensions, in TensorPlace place)
    {
        long count = dimensions.Contains(0L) ? 0 : 1;
        for (int i = 0; i < dimensions.Length && count is > 0 and < long.MaxValue; i++)
        {
            // Both factors are below 2^31 here, so that the product is a long.
            count = dimensions[i] > _options.MaxElements || count > _options.MaxElements ? long.MaxValue : count * dimensions[i];
        }

        if (count > _options.MaxElements - _elements)
        {
            throw _json.Bad($"{place} of the shape [{string.Join(',', dimensions.ToArray())}] makes more than {_options.MaxElements} elements in one request; send fewer");
        }

        if (dimensions.Length > 0 && dimensions[0] > _options.MaxRows && HasRows(place.Name))
        {
            throw _json.Bad($"{place} has {dimensions[0]} rows; a request has at most {_options.MaxRows}");
        }

        return (int)count;
    }

    private readonly bool HasRows(string name)
    {
        for (int i = 0; _signature is not null && i < _signature.Inputs.Count; i++)
        {
            TensorSpec spec = _signature.Inputs[i];
            if (spec.Name == name)
            {
                return spec.Shape.Rank > 0 && spec.Shape[0] == -1;
            }
        }

        return false;
    }

    private int Shape(string input)
    {
        if (_json.Token != JsonTokenType.StartArray)
        {
            throw _json.Bad($"The \"shape\" of {input} needs an array of integers and has {_json.Show()}");
        }

        int rank = 0;
        for (_json.Read(); _json.Token != JsonTokenType.EndArray; _json.Read())
        {
            if (rank == InferenceRequest.MaxRank)
            {
                throw _json.Bad($"The \"shape\" of {input} has more than {InferenceRequest.MaxRank} dimensions");
            }

            if (_json.Token != JsonTokenType.Number || !_json.TryGetInt64(out long dimension) || dimension < 0)
            {
                throw _json.Bad($"The \"shape\" of {input} has {_json.Show()}; send integers of 0 or more");
            }

            _request.Dimensions[rank++] = dimension;
        }

        return rank;
    }

    private readonly TensorElementType Datatype(string input)
    {
        if (_json.Token == JsonTokenType.String)
        {
            ReadOnlySpan<byte> text = _json.Text().Span;
            for (TensorElementType type = TensorElementType.Boolean; type <= TensorElementType.Bytes; type++)
            {
                if (System.Text.Ascii.Equals(text, type.ProtocolName()))
                {
                    return type;
                }
            }
        }

        throw _json.Bad(
            $"The \"datatype\" of {input} is {_json.Show()}; send one of {string.Join(", ", Enum.GetValues<TensorElementType>().Select(t => t.ProtocolName()))}");
    }

    private static string Called(string? name, int index) => name ?? "#" + index;
}
