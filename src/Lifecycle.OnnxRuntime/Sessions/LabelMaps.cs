using System.Text;
using System.Text.Json;
using Lifecycle.Serving;
using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>
/// An output that is one map of label to number a row, as the operator ZipMap writes it. It is served as a matrix with a column a label,
/// in the order of the maps, which is that of the labels.
/// </summary>
internal sealed class LabelMaps
{
    private readonly long[]? _numbers;
    private readonly byte[][]? _texts;

    private LabelMaps(long[] numbers)
    {
        _numbers = numbers;
        Count = numbers.Length;
    }

    private LabelMaps(byte[][] texts)
    {
        _texts = texts;
        Count = texts.Length;
    }

    /// <summary>Number of labels.</summary>
    public int Count { get; }

    /// <summary>The labels of an output, from the node that makes it; null when no ZipMap does.</summary>
    public static LabelMaps? Find(ReadOnlySpan<byte> model, string output)
    {
        ProtobufCursor whole = new(model, 0);
        while (whole.Next())
        {
            if (whole.Field != 7)
            {
                continue;
            }

            ProtobufCursor graph = new(whole.Bytes, whole.Position);
            while (graph.Next())
            {
                if (graph.Field == 1 && OfNode(graph.Bytes, graph.Position, output) is { } maps)
                {
                    return maps;
                }
            }
        }

        return null;
    }

    /// <summary>Copies the numbers of the maps into rows.</summary>
    /// <exception cref="InvalidOperationException">The maps are not those that the model's file promises.</exception>
    public void Read(OrtValue sequence, TensorValue into, RowRange rows)
    {
        Span<float> values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(rows.Bytes(into));
        int count = sequence.GetValueCount();
        for (int row = 0; row < count; row++)
        {
            using OrtValue map = sequence.GetValue(row, OrtAllocator.DefaultInstance);
            using OrtValue keys = map.GetValue(0, OrtAllocator.DefaultInstance);
            using OrtValue numbers = map.GetValue(1, OrtAllocator.DefaultInstance);
            ReadOnlySpan<float> found = numbers.GetTensorDataAsSpan<float>();
            if (found.Length != Count || (row == 0 && !Same(keys)))
            {
                throw new InvalidOperationException($"The model gave a map of {found.Length} labels, which are not the {Count} labels of its file.");
            }

            found.CopyTo(values[(row * Count)..]);
        }
    }

    /// <summary>The labels as a JSON array.</summary>
    public override string ToString()
    {
        using MemoryStream json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            writer.WriteStartArray();
            for (int i = 0; i < Count; i++)
            {
                if (_numbers is not null)
                {
                    writer.WriteNumberValue(_numbers[i]);
                }
                else
                {
                    writer.WriteStringValue(_texts![i]);
                }
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(json.GetBuffer(), 0, (int)json.Length);
    }

    private bool Same(OrtValue keys)
    {
        if (_numbers is not null)
        {
            return keys.GetTensorDataAsSpan<long>().SequenceEqual(_numbers);
        }

        for (int i = 0; i < Count; i++)
        {
            if (!keys.GetStringElementAsSpan(i).SequenceEqual(_texts![i]))
            {
                return false;
            }
        }

        return true;
    }

    private static LabelMaps? OfNode(ReadOnlySpan<byte> bytes, long position, string output)
    {
        ProtobufCursor node = new(bytes, position);
        bool isZip = false;
        bool isMaker = false;
        SortedSet<long> numbers = [];
        SortedSet<byte[]> texts = new(Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b)));
        while (node.Next())
        {
            switch (node.Field)
            {
                case 2:
                    isMaker |= node.Bytes.SequenceEqual(Encoding.UTF8.GetBytes(output));
                    break;
                case 4:
                    isZip = node.Bytes.SequenceEqual("ZipMap"u8);
                    break;
                case 5:
                    Labels(node.Bytes, node.Position, numbers, texts);
                    break;
            }
        }

        return !isZip || !isMaker ? null : texts.Count > 0 ? new LabelMaps([.. texts]) : new LabelMaps([.. numbers]);
    }

    private static void Labels(ReadOnlySpan<byte> bytes, long position, SortedSet<long> numbers, SortedSet<byte[]> texts)
    {
        ProtobufCursor attribute = new(bytes, position);
        while (attribute.Next())
        {
            if (attribute.Field == 8 && attribute.Wire == 0)
            {
                numbers.Add((long)attribute.Number);
            }
            else if (attribute.Field == 8 && attribute.Wire == 2)
            {
                ProtobufNumbers packed = new(attribute.Bytes, attribute.Position);
                while (packed.Next())
                {
                    numbers.Add((long)packed.Value);
                }
            }
            else if (attribute.Field == 9)
            {
                texts.Add(attribute.Bytes.ToArray());
            }
        }
    }
}
