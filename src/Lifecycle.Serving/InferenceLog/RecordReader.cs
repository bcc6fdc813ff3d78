using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Lifecycle.Serving;

/// <summary>Reads the lines that <see cref="RecordWriter"/> writes.</summary>
internal static class RecordReader
{
    private const int IdLength = 32;

    private static ReadOnlySpan<byte> Prefix => "{\"v\":1,\"id\":\""u8;

    /// <summary>The id of a line, which has a fixed place; false when it is no line of ours.</summary>
    public static bool TryId(ReadOnlySpan<byte> line, out Guid id)
    {
        id = default;
        return line.Length > Prefix.Length + IdLength && line.StartsWith(Prefix) && line[^1] == (byte)'}'
            && Utf8Parser.TryParse(line.Slice(Prefix.Length, IdLength), out id, out int read, 'N') && read == IdLength;
    }

    /// <summary>What a line is of, without its tensors; false when it is no line of ours.</summary>
    /// <param name="line">Without its end.</param>
    /// <param name="whole">Whether to look at the line to its end, for one that a dead process left.</param>
    /// <param name="head">What it is of.</param>
    public static bool TryHead(ReadOnlySpan<byte> line, bool whole, out RecordHead head)
    {
        head = default;
        if (!TryId(line, out Guid id))
        {
            return false;
        }

        try
        {
            if (whole)
            {
                Read(line).Dispose();
            }

            Utf8JsonReader json = new(line);
            DateTimeOffset at = default;
            while (json.Read())
            {
                if (json.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                if (json.ValueTextEquals("at"u8) && json.Read())
                {
                    at = json.GetDateTimeOffset();
                }
                else if (json.ValueTextEquals("model"u8) && json.Read())
                {
                    head = new RecordHead(id, at, json.GetString()!);
                    return true;
                }
            }

            return false;
        }
        catch (Exception error) when (IsForeign(error))
        {
            return false;
        }
    }

    /// <summary>The whole record.</summary>
    /// <exception cref="LifecycleStorageException">It is no line of ours.</exception>
    public static InferenceRecord Record(ReadOnlySpan<byte> line, string source)
    {
        try
        {
            return Read(line);
        }
        catch (Exception error) when (IsForeign(error))
        {
            throw Foreign(source, error);
        }
    }

    public static LifecycleStorageException Foreign(string source, Exception? error = null) => new(
        "inference-log", "read", source, $"A record of the inference log in {source} cannot be read: {Phrase.Of(error?.Message ?? "it is no record of this version of the log")}. "
        + "Was it written by a newer build? Then read it with that one.", innerException: error);

    private static bool IsForeign(Exception error) =>
        error is JsonException or FormatException or InvalidOperationException or InvalidInputException or ArgumentException or OverflowException;

    private static InferenceRecord Read(ReadOnlySpan<byte> line)
    {
        Utf8JsonReader json = new(line);
        Expect(ref json, JsonTokenType.StartObject);
        InferenceStamp stamp = default;
        int rows = 0;
        TensorSet inputs = new();
        TensorSet? outputs = null;
        List<string> redacted = [];
        while (Property(ref json, out string? name))
        {
            switch (name)
            {
                case "v":
                    Require(json.GetInt32() == RecordWriter.Version, "it is of another version of the log");
                    break;
                case "id":
                    stamp = stamp with { RequestId = Guid.ParseExact(json.GetString()!, "N") };
                    break;
                case "client_id":
                    stamp = stamp with { ClientId = json.GetString() };
                    break;
                case "at":
                    stamp = stamp with { At = json.GetDateTimeOffset() };
                    break;
                case "model":
                    stamp = stamp with { Model = json.GetString()! };
                    break;
                case "version":
                    stamp = stamp with { Version = json.GetString()! };
                    break;
                case "role":
                    stamp = stamp with { Role = Role(json.GetString()!) };
                    break;
                case "arm":
                    stamp = stamp with { Arm = json.GetString()! };
                    break;
                case "propensity":
                    stamp = stamp with { Propensity = json.GetDouble() };
                    break;
                case "rows":
                    rows = json.GetInt32();
                    break;
                case "ms":
                    stamp = stamp with { Duration = TimeSpan.FromMilliseconds(json.GetDouble()) };
                    break;
                case "error":
                    stamp = stamp with { Error = json.GetString() };
                    break;
                case "in":
                    ReadTensors(ref json, line.Length, inputs, redacted);
                    break;
                case "out":
                    ReadTensors(ref json, line.Length, outputs = new TensorSet(), redacted);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return json.Read() ? throw new FormatException("it goes on after its end") : new InferenceRecord(stamp, rows, inputs, outputs, redacted);
    }

    private static InferenceRole Role(string name) => name switch
    {
        "primary" => InferenceRole.Primary,
        "shadow" => InferenceRole.Shadow,
        "fallback" => InferenceRole.Fallback,
        _ => throw new FormatException($"it has the role '{name}'"),
    };

    private static void ReadTensors(ref Utf8JsonReader json, int length, TensorSet set, List<string> redacted)
    {
        Is(json, JsonTokenType.StartObject);
        while (Property(ref json, out string? tensor))
        {
            Is(json, JsonTokenType.StartObject);
            TensorElementType? type = null;
            TensorShape? shape = null;
            bool isRead = false;
            while (Property(ref json, out string? name))
            {
                switch (name)
                {
                    case "t":
                        type = TensorElementTypes.TryParse(json.GetString(), out TensorElementType known) ? known : throw new FormatException($"it has the datatype '{json.GetString()}'");
                        break;
                    case "s":
                        shape = Shape(ref json);
                        break;
                    case "r":
                        redacted.Add(tensor);
                        break;
                    case "d" when type is { } elements && shape is { } dimensions:
                        isRead = true;
                        RequireRoom(dimensions, length - json.BytesConsumed);
                        ReadElements(ref json, set.Prepare(tensor, elements, dimensions));
                        break;
                    default:
                        json.Skip();
                        break;
                }
            }

            Require(isRead, "a tensor has no elements");
        }
    }

    private static TensorShape Shape(ref Utf8JsonReader json)
    {
        Is(json, JsonTokenType.StartArray);
        List<long> dimensions = [];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            dimensions.Add(json.GetInt64());
        }

        return TensorShape.Create(CollectionsMarshal.AsSpan(dimensions));
    }

    // Before any memory is taken: a damaged shape may name more elements than the line can hold, each of which has a character and a comma.
    private static void RequireRoom(TensorShape shape, long bytes) =>
        Require(shape.ElementCount() <= (bytes / 2) + 1, "a tensor has fewer elements than its shape says");

    private static void ReadElements(ref Utf8JsonReader json, TensorValue value)
    {
        Is(json, JsonTokenType.StartArray);
        for (int i = 0; i < value.Count; i++)
        {
            Require(json.Read() && json.TokenType != JsonTokenType.EndArray, "a tensor has fewer elements than its shape says");
            TensorJson.ReadElement(ref json, value, i);
        }

        Expect(ref json, JsonTokenType.EndArray);
    }

    // The next property with the reader on its value; false at the end of the object.
    private static bool Property(ref Utf8JsonReader json, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (!json.Read() || json.TokenType != JsonTokenType.PropertyName)
        {
            Is(json, JsonTokenType.EndObject);
            return false;
        }

        name = json.GetString()!;
        return json.Read();
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type)
    {
        Require(json.Read(), "it ends too early");
        Is(json, type);
    }

    private static void Is(in Utf8JsonReader json, JsonTokenType type)
    {
        if (json.TokenType != type)
        {
            throw new FormatException($"it has {json.TokenType} where {type} must be");
        }
    }

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new FormatException(problem);
        }
    }
}

/// <summary>What a record is of.</summary>
/// <param name="Id">Its request.</param>
/// <param name="At">When it was answered.</param>
/// <param name="Model">Its model.</param>
internal readonly record struct RecordHead(Guid Id, DateTimeOffset At, string Model);
