using System.Text.Json;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

/// <summary>
/// Rows as the containers of SageMaker and Vertex AI take them: an object by input name, an array in the order of the signature, or,
/// where the model has one input, the value itself.
/// </summary>
internal sealed partial class InstanceRows(OpenInferenceOptions options)
{
    /// <summary>Whether the body is an object with <c>instances</c>, and not a request of the Open Inference Protocol.</summary>
    /// <exception cref="InferenceWireException">400: the body is not JSON.</exception>
    public bool HasInstances(InferenceRequest request)
    {
        request.Begin();
        return Parse(request, (ref JsonCursor json) => Instances(request, ref json, out _));
    }

    /// <summary>Reads <c>{"instances":[..]}</c> into the inputs of the request.</summary>
    /// <returns>Number of rows.</returns>
    /// <exception cref="InferenceWireException">400, naming the row; 501 for a model without rows.</exception>
    public int ReadJson(InferenceRequest request, TensorSignature signature)
    {
        request.Begin();
        RowPlan plan = new(signature);
        int count = Parse(request, (ref JsonCursor json) =>
        {
            if (!Instances(request, ref json, out JsonCursor instances))
            {
                throw InferenceWireException.Bad("The body has no \"instances\"; send {\"instances\":[..]} with one element a row.");
            }

            if (instances.Token != JsonTokenType.StartArray)
            {
                throw instances.Bad($"The \"instances\" need an array with one element a row and have {instances.Show()}");
            }

            JsonCursor first = instances;
            first.Read();
            JsonCursor counting = instances;
            int rows = 0;
            for (counting.Read(); counting.Token != JsonTokenType.EndArray; counting.Read())
            {
                RowPlan.CheckRows(++rows, options);
                counting.Skip();
            }

            if (rows > 0 && plan.IsOpen)
            {
                Row(request, ref first, plan, 0, isMeasuring: true);
            }

            plan.Prepare(request, rows, options);
            for (int row = 0; row < rows; row++)
            {
                instances.Read();
                Row(request, ref instances, plan, row, isMeasuring: false);
            }

            return rows;
        });
        request.Seal();
        return count;
    }

    private delegate T Reading<out T>(ref JsonCursor json);

    private T Parse<T>(InferenceRequest request, Reading<T> reading)
    {
        ReadOnlyMemory<byte> body = JsonCursor.Unmarked(request.Body.Memory);
        if (body.IsEmpty)
        {
            throw InferenceWireException.Bad("The body is empty; send {\"instances\":[..]} with one element a row.");
        }

        JsonCursor.CheckUtf8(body.Span);
        try
        {
            JsonCursor json = new(body, request.Scratch, options.MaxJsonDepth);
            json.Read();
            return reading(ref json);
        }
        catch (JsonException error)
        {
            throw JsonCursor.Explain(error, body.Span);
        }
    }

    // Goes over the whole body and keeps the place of the instances.
    private bool Instances(InferenceRequest request, ref JsonCursor json, out JsonCursor instances)
    {
        instances = default;
        bool isFound = false;
        if (json.Token != JsonTokenType.StartObject)
        {
            throw json.Bad($"The body needs an object with \"instances\" and has {json.Show()}");
        }

        int opened = request.Keys.Open();
        for (json.Read(); json.Token != JsonTokenType.EndObject; json.Read())
        {
            ReadOnlyMemory<byte> key = Key(request, ref json, opened);
            json.Read();
            if (key.Span.SequenceEqual("instances"u8))
            {
                instances = json;
                isFound = true;
            }

            json.Skip();
        }

        request.Keys.Close(opened);
        // Throws when something stands behind the object.
        json.Read();
        return isFound;
    }

    private ReadOnlyMemory<byte> Key(InferenceRequest request, ref JsonCursor json, int opened)
    {
        ReadOnlyMemory<byte> key = json.Text();
        if (!request.Keys.Add(opened, key))
        {
            throw json.Bad($"The member '{InferenceWireException.Show(key.Span)}' stands twice in its object; send it once");
        }

        return request.Keys.Count(opened) <= Math.Max(options.MaxParameters, options.MaxInputs)
            ? key
            : throw json.Bad($"An object has more than {Math.Max(options.MaxParameters, options.MaxInputs)} members; send fewer");
    }

    private void Row(InferenceRequest request, ref JsonCursor json, RowPlan plan, int row, bool isMeasuring)
    {
        if (json.Token == JsonTokenType.StartObject)
        {
            ByName(request, ref json, plan, row, isMeasuring);
        }
        else if (plan.Inputs.Count == 1)
        {
            Value(ref json, plan, 0, row, isMeasuring);
        }
        else if (json.Token == JsonTokenType.StartArray)
        {
            int came = 0;
            for (json.Read(); json.Token != JsonTokenType.EndArray; json.Read())
            {
                if (came < plan.Inputs.Count)
                {
                    Value(ref json, plan, came, row, isMeasuring);
                }
                else
                {
                    json.Skip();
                }

                came++;
            }

            if (came != plan.Inputs.Count)
            {
                throw json.Bad($"Row {row} has {came} values and the model takes {plan.Inputs.Count}: {string.Join(", ", plan.Inputs)}");
            }
        }
        else
        {
            throw json.Bad($"Row {row} is {json.Show()}, and the model takes {string.Join(", ", plan.Inputs)}; send an object by these names, or an array in this order");
        }
    }

    private void ByName(InferenceRequest request, ref JsonCursor json, RowPlan plan, int row, bool isMeasuring)
    {
        int came = 0;
        int opened = request.Keys.Open();
        for (json.Read(); json.Token != JsonTokenType.EndObject; json.Read())
        {
            ReadOnlyMemory<byte> key = Key(request, ref json, opened);
            int input = plan.IndexOf(key.Span);
            if (input < 0)
            {
                throw json.Bad($"Row {row}: the model has no input '{InferenceWireException.Show(key.Span)}'; it takes {string.Join(", ", plan.Inputs)}");
            }

            json.Read();
            Value(ref json, plan, input, row, isMeasuring);
            came++;
        }

        if (came != plan.Inputs.Count)
        {
            int missing = 0;
            while (!request.Keys.Add(opened, System.Text.Encoding.UTF8.GetBytes(plan.Inputs[missing].Name)))
            {
                missing++;
            }

            throw json.Bad($"Row {row}: the input {plan.Inputs[missing]} is missing");
        }

        request.Keys.Close(opened);
    }

    private void Value(ref JsonCursor json, RowPlan plan, int input, int row, bool isMeasuring)
    {
        if (isMeasuring)
        {
            JsonCursor measuring = json;
            Measure(ref measuring, plan.Dimensions(input));
            json.Skip();
            return;
        }

        TensorPlace place = new(plan.Inputs[input].Name, row);
        int count = plan.Count(input);
        if (json.Token != JsonTokenType.StartArray && count == 1)
        {
            TensorJsonReader.One(ref json, plan.Value(input), row, place, options.MaxTextBytes);
        }
        else
        {
            TensorJsonReader.Fill(ref json, plan.Value(input), row * count, plan.Dimensions(input), count, place, options.MaxTextBytes);
        }
    }

    // The sizes that the signature leaves open are those of the first row.
    private static void Measure(ref JsonCursor json, Span<long> dimensions)
    {
        if (dimensions.IsEmpty)
        {
            return;
        }

        if (json.Token != JsonTokenType.StartArray)
        {
            dimensions[0] = dimensions[0] == -1 ? 1 : dimensions[0];
            Measure(ref json, dimensions[1..]);
            return;
        }

        JsonCursor first = json;
        first.Read();
        long count = 0;
        for (json.Read(); json.Token != JsonTokenType.EndArray; json.Read())
        {
            json.Skip();
            count++;
        }

        dimensions[0] = dimensions[0] == -1 ? count : dimensions[0];
        Measure(ref first, dimensions[1..]);
    }
}
