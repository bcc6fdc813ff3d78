using System.Text;
using System.Text.Json;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

// Parameters: those we know are checked, those we cannot do are refused, all others are ignored.
internal ref partial struct RequestParse
{
    private void RequestParameters()
    {
        int opened = Parameters("the request");
        while (Member(opened, out ReadOnlySpan<byte> key))
        {
            Refuse(key, "the request");
            if (_json.Token == JsonTokenType.Null)
            {
                continue;
            }

            if (key.SequenceEqual("binary_data_output"u8))
            {
                _request.BinaryOutputs = Flag("binary_data_output", "the request");
            }
            else if (key.SequenceEqual("timeout"u8))
            {
                _request.Timeout = Microseconds(Whole("timeout", "the request"));
            }
            else if (key.SequenceEqual("priority"u8))
            {
                _request.Priority = (int)Math.Min(int.MaxValue, Whole("priority", "the request"));
            }
            else if (key.SequenceEqual("routing_key"u8))
            {
                _request.RoutingKey = RoutingKey();
            }
            else
            {
                _json.Skip();
            }
        }
    }

    private long? InputParameters(string input)
    {
        long? size = null;
        int opened = Parameters(input);
        while (Member(opened, out ReadOnlySpan<byte> key))
        {
            Refuse(key, input);
            if (key.SequenceEqual("binary_data_size"u8) && _json.Token != JsonTokenType.Null)
            {
                size = Whole("binary_data_size", input);
            }
            else
            {
                _json.Skip();
            }
        }

        return size;
    }

    private bool? OutputParameters(string output)
    {
        bool? isBinary = null;
        int opened = Parameters(output);
        while (Member(opened, out ReadOnlySpan<byte> key))
        {
            Refuse(key, output);
            if (key.SequenceEqual("classification"u8))
            {
                throw InferenceWireException.Unsupported("The parameter 'classification' is not supported; ask for the output and take the largest values of it.");
            }

            if (key.SequenceEqual("binary_data"u8) && _json.Token != JsonTokenType.Null)
            {
                isBinary = Flag("binary_data", output);
            }
            else
            {
                _json.Skip();
            }
        }

        return isBinary;
    }

    private readonly int Parameters(string where) => _json.Token == JsonTokenType.StartObject
        ? _request.Keys.Open()
        : throw _json.Bad($"The \"parameters\" of {Shown(where)} need an object and have {_json.Show()}");

    private static void Refuse(ReadOnlySpan<byte> key, string where)
    {
        if (key.StartsWith("sequence_"u8))
        {
            throw InferenceWireException.Unsupported(
                $"The parameter '{InferenceWireException.Show(key)}' of {Shown(where)} is not supported: models here keep nothing from one request to the next; send all that belongs together in one request.");
        }

        if (key.StartsWith("shared_memory_"u8))
        {
            throw InferenceWireException.Unsupported(
                $"The parameter '{InferenceWireException.Show(key)}' of {Shown(where)} is not supported; send the tensor as JSON or as binary data.");
        }
    }

    private readonly bool Flag(string parameter, string where) => _json.Token switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw _json.Bad($"The parameter '{parameter}' of {Shown(where)} needs true or false and has {_json.Show()}"),
    };

    private readonly long Whole(string parameter, string where) =>
        _json.Token == JsonTokenType.Number && _json.TryGetInt64(out long number) && number >= 0
            ? number
            : throw _json.Bad($"The parameter '{parameter}' of {Shown(where)} needs an integer of 0 or more and has {_json.Show()}");

    private readonly string? RoutingKey()
    {
        if (_json.Token != JsonTokenType.String)
        {
            throw _json.Bad($"The parameter 'routing_key' of the request needs a text and has {_json.Show()}");
        }

        string key = Encoding.UTF8.GetString(_json.Text().Span);
        return key.Length == 0 ? null
            : key.Length <= PredictionOptions.MaximumRoutingKey ? key
            : throw _json.Bad($"The parameter 'routing_key' of the request has {key.Length} characters; it has at most {PredictionOptions.MaximumRoutingKey}");
    }

    private static TimeSpan Microseconds(long number) =>
        number > TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond ? TimeSpan.MaxValue : TimeSpan.FromTicks(number * TimeSpan.TicksPerMicrosecond);

    private static string Shown(string where) => InferenceWireException.Show(where);
}
