using System.Buffers;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore;

/// <summary>
/// Outputs as rows: the value alone for one output with one value, an array for one output with several, else an object by output name.
/// </summary>
internal static class PredictionRows
{
    private static readonly SearchValues<byte> Quoted = SearchValues.Create("\",\r\n"u8);

    /// <summary>Writes <c>{"predictions":[..]}</c>.</summary>
    /// <exception cref="InferenceWireException">501: an output has not one element or more for each row; 400: it has no form in JSON.</exception>
    public static void WriteJson(TensorSet outputs, TensorSignature signature, int rows, PooledBytes to)
    {
        TensorValue[] values = ValuesOf(outputs, signature, rows);
        to.Write("{\"predictions\":["u8);
        for (int row = 0; row < rows; row++)
        {
            if (row > 0)
            {
                to.Write((byte)',');
            }

            Row(values, signature, row, to);
        }

        to.Write("]}"u8);
    }

    /// <summary>Writes one line of JSON a row.</summary>
    /// <inheritdoc cref="WriteJson" path="/exception"/>
    public static void WriteJsonLines(TensorSet outputs, TensorSignature signature, int rows, PooledBytes to)
    {
        TensorValue[] values = ValuesOf(outputs, signature, rows);
        for (int row = 0; row < rows; row++)
        {
            Row(values, signature, row, to);
            to.Write((byte)'\n');
        }
    }

    /// <summary>Writes one line of CSV a row: the elements of the outputs in the order of the signature, not finite numbers as words.</summary>
    /// <inheritdoc cref="WriteJson" path="/exception"/>
    public static void WriteCsv(TensorSet outputs, TensorSignature signature, int rows, PooledBytes to)
    {
        TensorValue[] values = ValuesOf(outputs, signature, rows);
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < values.Length; i++)
            {
                if (i > 0)
                {
                    to.Write((byte)',');
                }

                int count = values[i].Count / rows;
                if (values[i].Type == TensorElementType.Bytes)
                {
                    Fields(values[i].Texts.Slice(row * count, count), to);
                }
                else
                {
                    TensorJsonWriter.Write(values[i], row * count, count, to, isBare: true, signature.Outputs[i].Name);
                }
            }

            to.Write((byte)'\n');
        }
    }

    private static TensorValue[] ValuesOf(TensorSet outputs, TensorSignature signature, int rows)
    {
        TensorValue[] values = new TensorValue[signature.Outputs.Count];
        for (int i = 0; i < values.Length; i++)
        {
            string name = signature.Outputs[i].Name;
            if (!outputs.TryGet(name, out TensorValue? value) || value.Shape.Rank == 0 || value.Shape[0] != rows)
            {
                throw InferenceWireException.Unsupported(
                    $"The output '{name}' has not one row for each of the {rows} rows sent; call the model by the Open Inference Protocol.");
            }

            values[i] = value;
        }

        return values;
    }

    private static void Row(TensorValue[] values, TensorSignature signature, int row, PooledBytes to)
    {
        if (values.Length == 1)
        {
            Value(values[0], row, to, signature.Outputs[0].Name);
            return;
        }

        to.Write((byte)'{');
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
            {
                to.Write((byte)',');
            }

            TensorJsonWriter.Text(signature.Outputs[i].Name, to);
            to.Write((byte)':');
            Value(values[i], row, to, signature.Outputs[i].Name);
        }

        to.Write((byte)'}');
    }

    private static void Value(TensorValue value, int row, PooledBytes to, string name)
    {
        ReadOnlySpan<long> dimensions = value.Shape.Dimensions[1..];
        int count = value.Count / (int)value.Shape[0];
        if (count == 1)
        {
            TensorJsonWriter.Write(value, row, 1, to, isBare: false, name);
        }
        else
        {
            Level(value, row * count, count, dimensions, to, name);
        }
    }

    private static void Level(TensorValue value, int start, int count, ReadOnlySpan<long> dimensions, PooledBytes to, string name)
    {
        to.Write((byte)'[');
        if (dimensions.Length == 1 || count == 0)
        {
            TensorJsonWriter.Write(value, start, count, to, isBare: false, name);
        }
        else
        {
            int part = count / (int)dimensions[0];
            for (int i = 0; i < dimensions[0]; i++)
            {
                if (i > 0)
                {
                    to.Write((byte)',');
                }

                Level(value, start + (i * part), part, dimensions[1..], to, name);
            }
        }

        to.Write((byte)']');
    }

    private static void Fields(ReadOnlySpan<ReadOnlyMemory<byte>> texts, PooledBytes to)
    {
        for (int i = 0; i < texts.Length; i++)
        {
            if (i > 0)
            {
                to.Write((byte)',');
            }

            ReadOnlySpan<byte> text = texts[i].Span;
            if (!text.ContainsAny(Quoted))
            {
                to.Write(text);
                continue;
            }

            to.Write((byte)'"');
            for (int quote = text.IndexOf((byte)'"'); quote >= 0; quote = text.IndexOf((byte)'"'))
            {
                to.Write(text[..(quote + 1)]);
                to.Write((byte)'"');
                text = text[(quote + 1)..];
            }

            to.Write(text);
            to.Write((byte)'"');
        }
    }
}
