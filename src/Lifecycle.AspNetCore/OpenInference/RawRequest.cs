using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

/// <summary>A body that is one bare tensor, without JSON: its type and shape are those of the model's only input.</summary>
internal static class RawRequest
{
    /// <summary>Reads the body as one row.</summary>
    /// <exception cref="InferenceWireException">400: the model has not exactly one input, its shape leaves more than one size open, or the bytes do not fit.</exception>
    public static void Read(InferenceRequest request, TensorSignature? signature, OpenInferenceOptions options)
    {
        if (signature is null || signature.Inputs.Count != 1)
        {
            throw InferenceWireException.Bad(
                $"A body without JSON needs a model with exactly one input, and this one has {signature?.Inputs.Count ?? 0}; send a JSON header and its length in {InferenceRequestReader.HeaderLength}.");
        }

        TensorSpec spec = signature.Inputs[0];
        TensorPlace place = new(spec.Name);
        ReadOnlyMemory<byte> body = request.Body.Memory;
        TensorValue value = request.NextValue();
        if (spec.Type == TensorElementType.Bytes)
        {
            value.Reshape(spec.Type, ShapeOf(spec, 1));
            value.Texts[0] = body.Length <= options.MaxTextBytes
                ? body
                : throw InferenceWireException.Bad($"{place} has an element of {body.Length} bytes; one element has at most {options.MaxTextBytes}.");
        }
        else
        {
            int size = spec.Type.Size();
            if (body.Length % size != 0)
            {
                throw InferenceWireException.Bad($"{place} is {spec.Type.ProtocolName()}, of {size} bytes an element, and the body has {body.Length} bytes; send whole elements.");
            }

            int count = body.Length / size;
            if (count > options.MaxElements)
            {
                throw InferenceWireException.Bad($"{place} has {count} elements; a request has at most {options.MaxElements}.");
            }

            value.Reshape(spec.Type, ShapeOf(spec, count));
            BinaryTensors.Read(body, value, place, options.MaxTextBytes);
        }

        request.AddInput(spec.Name);
        request.IsRaw = true;
        request.BinaryOutputs = true;
        request.Seal();
    }

    // The shape of one row with so many elements.
    private static TensorShape ShapeOf(TensorSpec spec, long count)
    {
        long[] dimensions = spec.Shape.Dimensions.ToArray();
        int open = -1;
        UInt128 known = 1;
        for (int i = 0; i < dimensions.Length; i++)
        {
            if (i == 0 && dimensions[i] == -1)
            {
                dimensions[i] = 1;
            }
            else if (dimensions[i] == -1 && open >= 0)
            {
                throw InferenceWireException.Bad($"The input {spec} leaves more than one size open, so that a body without JSON does not say its shape; send a JSON header.");
            }
            else if (dimensions[i] == -1)
            {
                open = i;
            }
            else
            {
                known = checked(known * (ulong)dimensions[i]);
            }
        }

        if (open >= 0 && known > 0 && (UInt128)count % known == 0)
        {
            dimensions[open] = (long)((UInt128)count / known);
            known = (UInt128)count;
        }

        return known == (UInt128)count
            ? TensorShape.Create(dimensions)
            : throw InferenceWireException.Bad($"The input {spec} has {(open < 0 ? string.Empty : "a multiple of ")}{known} elements a row and {count} came; send one row.");
    }
}
