using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Tensors of every type with any bits, and naive ways to write them.</summary>
internal sealed class RandomTensors(int seed)
{
    private readonly Random _random = new(seed);

    public Random Random => _random;

    public TensorValue Value(TensorElementType type, bool isJson)
    {
        int rank = _random.Next(0, 4);
        TensorShape shape = TensorShape.Create([.. Enumerable.Range(0, rank).Select(_ => (long)_random.Next(0, 4))]);
        TensorValue value = new(type);
        value.Reshape(type, shape);
        if (type == TensorElementType.Bytes)
        {
            for (int i = 0; i < value.Count; i++)
            {
                value.Texts[i] = isJson ? Encoding.UTF8.GetBytes(Text()) : Bytes();
            }

            return value;
        }

        _random.NextBytes(value.Raw);
        if (type == TensorElementType.Boolean)
        {
            foreach (ref byte element in value.Raw)
            {
                element &= 1;
            }
        }

        if (isJson)
        {
            OneNaN(value);
        }

        return value;
    }

    /// <summary>A request that holds these tensors, each as JSON (flat or nested, its members in any order) or binary.</summary>
    public (byte[] Body, string? HeaderLength) Body(IReadOnlyList<(string Name, TensorValue Value, bool Binary)> inputs)
    {
        using PooledBytes tail = new();
        List<string> texts = [];
        foreach ((string name, TensorValue value, bool binary) in inputs)
        {
            List<string> members = [$"\"name\":\"{name}\"", $"\"shape\":{value.Shape}", $"\"datatype\":\"{value.Type.ProtocolName()}\""];
            if (binary)
            {
                members.Add($"\"parameters\":{{\"binary_data_size\":{BinaryTensors.Size(value)}}}");
                BinaryTensors.Write(value, tail);
            }
            else
            {
                int next = 0;
                members.Add("\"data\":" + (_random.Next(2) == 0 || value.Shape.Rank == 0 ? Flat(value) : Nested(value, 0, ref next)));
            }

            texts.Add("{" + string.Join(",", members.OrderBy(_ => _random.Next())) + "}");
        }

        byte[] json = Encoding.UTF8.GetBytes("{\"inputs\":[" + string.Join(",", texts) + "]}");
        return ([.. json, .. tail.Span], tail.Length > 0 ? json.Length.ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <summary>Whether two tensors are the same to the bit.</summary>
    public static bool AreEqual(TensorValue a, TensorValue b)
    {
        if (a.Type != b.Type || a.Shape != b.Shape)
        {
            return false;
        }

        if (a.Type != TensorElementType.Bytes)
        {
            return a.Raw.SequenceEqual(b.Raw);
        }

        for (int i = 0; i < a.Count; i++)
        {
            if (!a.Texts[i].Span.SequenceEqual(b.Texts[i].Span))
            {
                return false;
            }
        }

        return true;
    }

    // In JSON every NaN is the same one.
    private static void OneNaN(TensorValue value)
    {
        switch (value.Type)
        {
            case TensorElementType.Float16:
                foreach (ref Half element in value.Span<Half>())
                {
                    element = Half.IsNaN(element) ? (Half)double.NaN : element;
                }

                break;
            case TensorElementType.Float32:
                foreach (ref float element in value.Span<float>())
                {
                    element = float.IsNaN(element) ? (float)double.NaN : element;
                }

                break;
            case TensorElementType.Float64:
                foreach (ref double element in value.Span<double>())
                {
                    element = double.IsNaN(element) ? double.NaN : element;
                }

                break;
        }
    }

    private static string Flat(TensorValue value)
    {
        StringBuilder text = new("[");
        for (int i = 0; i < value.Count; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(Element(value, i));
        }

        return text.Append(']').ToString();
    }

    private static string Nested(TensorValue value, int level, ref int next)
    {
        if (level == value.Shape.Rank)
        {
            return Element(value, next++);
        }

        List<string> parts = [];
        for (long i = 0; i < value.Shape[level]; i++)
        {
            parts.Add(Nested(value, level + 1, ref next));
        }

        return "[" + string.Join(" , ", parts) + "]";
    }

    // Written by the framework, so that the reader is not compared with our own writer alone.
    private static string Element(TensorValue value, int index) => value.Type switch
    {
        TensorElementType.Boolean => value.Raw[index] == 0 ? "false" : "true",
        TensorElementType.Bytes => System.Text.Json.JsonSerializer.Serialize(Encoding.UTF8.GetString(value.Texts[index].Span)),
        TensorElementType.Float16 => Float((double)value.Span<Half>()[index], value.Span<Half>()[index].ToString("R", CultureInfo.InvariantCulture)),
        TensorElementType.Float32 => Float(value.Span<float>()[index], value.Span<float>()[index].ToString("R", CultureInfo.InvariantCulture)),
        TensorElementType.Float64 => Float(value.Span<double>()[index], value.Span<double>()[index].ToString("R", CultureInfo.InvariantCulture)),
        TensorElementType.UInt64 => value.Span<ulong>()[index].ToString(CultureInfo.InvariantCulture),
        TensorElementType.UInt32 => value.Span<uint>()[index].ToString(CultureInfo.InvariantCulture),
        TensorElementType.UInt16 => value.Span<ushort>()[index].ToString(CultureInfo.InvariantCulture),
        TensorElementType.UInt8 => value.Raw[index].ToString(CultureInfo.InvariantCulture),
        TensorElementType.Int64 => value.Span<long>()[index].ToString(CultureInfo.InvariantCulture),
        TensorElementType.Int32 => value.Span<int>()[index].ToString(CultureInfo.InvariantCulture),
        TensorElementType.Int16 => value.Span<short>()[index].ToString(CultureInfo.InvariantCulture),
        _ => MemoryMarshal.Cast<byte, sbyte>(value.Raw)[index].ToString(CultureInfo.InvariantCulture),
    };

    private static string Float(double number, string text) => double.IsFinite(number) ? text : $"\"{number.ToString(CultureInfo.InvariantCulture)}\"";

    private string Text()
    {
        StringBuilder text = new();
        int length = _random.Next(0, 12);
        for (int i = 0; i < length; i++)
        {
            text.Append(_random.Next(6) switch
            {
                0 => new Rune(_random.Next(0, 0x20)).ToString(),
                1 => "\"",
                2 => "\\",
                3 => new Rune(_random.Next(0xE000, 0x10FFFF)).ToString(),
                4 => new Rune(_random.Next(0x80, 0xD7FF)).ToString(),
                _ => ((char)_random.Next(0x20, 0x7F)).ToString(),
            });
        }

        return text.ToString();
    }

    private byte[] Bytes()
    {
        byte[] bytes = new byte[_random.Next(0, 12)];
        _random.NextBytes(bytes);
        return bytes;
    }
}
