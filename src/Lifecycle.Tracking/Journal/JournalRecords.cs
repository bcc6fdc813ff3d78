using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Lifecycle.Tracking;

/// <summary>What the first record of a journal says: enough to make the run without anything else.</summary>
internal sealed record StartRecord(
    string Run, string Experiment, string Name, string User, long StartMs, string Owner, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<RunInput> Inputs,
    bool IsResumed = false)
{
    public byte[] ToPayload() => JournalRecords.Json(JournalKind.Start, json =>
    {
        json.WriteString("run", Run);
        json.WriteString("experiment", Experiment);
        json.WriteString("name", Name);
        json.WriteString("user", User);
        json.WriteNumber("start_ms", StartMs);
        json.WriteString("owner", Owner);
        json.WriteStartObject("tags");
        foreach ((string key, string value) in Tags)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
        json.WriteStartArray("inputs");
        foreach (RunInput input in Inputs)
        {
            json.WriteStartObject();
            JournalRecords.WriteInput(json, input);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (IsResumed)
        {
            json.WriteBoolean("resumed", true);
        }
    });

    public static StartRecord Read(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        JsonElement root = document.RootElement;
        Dictionary<string, string> tags = new(StringComparer.Ordinal);
        foreach (JsonProperty tag in root.GetProperty("tags").EnumerateObject())
        {
            tags.Add(tag.Name, tag.Value.GetString()!);
        }

        List<RunInput> inputs = [];
        foreach (JsonElement input in root.GetProperty("inputs").EnumerateArray())
        {
            inputs.Add(JournalRecords.ReadInput(input));
        }

        return new StartRecord(
            root.GetProperty("run").GetString()!, root.GetProperty("experiment").GetString()!, root.GetProperty("name").GetString()!,
            root.GetProperty("user").GetString()!, root.GetProperty("start_ms").GetInt64(), root.GetProperty("owner").GetString()!,
            tags, inputs,
            root.TryGetProperty("resumed", out JsonElement resumed) && resumed.GetBoolean());
    }
}

/// <summary>What the last record of a journal says.</summary>
internal sealed record EndRecord(RunStatus Status, long EndMs, string Reason)
{
    public byte[] ToPayload()
    {
        byte[] payload = new byte[10 + Encoding.UTF8.GetByteCount(Reason)];
        payload[0] = (byte)JournalKind.End;
        payload[1] = (byte)Status;
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(2), EndMs);
        Encoding.UTF8.GetBytes(Reason, payload.AsSpan(10));
        return payload;
    }

    public static EndRecord Read(ReadOnlySpan<byte> payload) =>
        new((RunStatus)payload[1], BinaryPrimitives.ReadInt64LittleEndian(payload[2..]), Encoding.UTF8.GetString(payload[10..]));
}

/// <summary>Payloads of records.</summary>
internal static class JournalRecords
{
    public const int MetricSize = 28;

    public static byte[] Key(int number, string key)
    {
        byte[] payload = new byte[4 + Encoding.UTF8.GetByteCount(key)];
        WriteNumber(payload, JournalKind.Key, number);
        Encoding.UTF8.GetBytes(key, payload.AsSpan(4));
        return payload;
    }

    public static void WriteMetric(Span<byte> payload, int key, long step, long ms, double value)
    {
        WriteNumber(payload, JournalKind.Metric, key);
        BinaryPrimitives.WriteInt64LittleEndian(payload[4..], step);
        BinaryPrimitives.WriteInt64LittleEndian(payload[12..], ms);
        BinaryPrimitives.WriteDoubleLittleEndian(payload[20..], value);
    }

    public static byte[] Pair(JournalKind kind, string key, string value)
    {
        int keyLength = Encoding.UTF8.GetByteCount(key);
        byte[] payload = new byte[3 + keyLength + Encoding.UTF8.GetByteCount(value)];
        payload[0] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(1), (ushort)keyLength);
        Encoding.UTF8.GetBytes(key, payload.AsSpan(3));
        Encoding.UTF8.GetBytes(value, payload.AsSpan(3 + keyLength));
        return payload;
    }

    /// <summary>A point that also says how good a model is: as a metric, then the id of the model, a line feed, name and digest of the data.</summary>
    public static byte[] MetricOfModel(int key, long step, long ms, double value, string model, DatasetReference? data)
    {
        string tail = data is null ? model : $"{model}\n{data.Name}\n{data.Digest}";
        byte[] payload = new byte[MetricSize + Encoding.UTF8.GetByteCount(tail)];
        WriteMetric(payload, key, step, ms, value);
        payload[0] = (byte)JournalKind.MetricOfModel;
        Encoding.UTF8.GetBytes(tail, payload.AsSpan(MetricSize));
        return payload;
    }

    public static (string Model, string DatasetName, string DatasetDigest) ReadModel(ReadOnlySpan<byte> payload)
    {
        string[] tail = Encoding.UTF8.GetString(payload[MetricSize..]).Split('\n');
        return tail.Length == 3 ? (tail[0], tail[1], tail[2]) : (tail[0], "", "");
    }

    public static byte[] Signal(long ms, string name)
    {
        byte[] payload = new byte[9 + Encoding.UTF8.GetByteCount(name)];
        payload[0] = (byte)JournalKind.Signal;
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(1), ms);
        Encoding.UTF8.GetBytes(name, payload.AsSpan(9));
        return payload;
    }

    public static (string Key, string Value) ReadPair(ReadOnlySpan<byte> payload)
    {
        int length = BinaryPrimitives.ReadUInt16LittleEndian(payload[1..]);
        return (Encoding.UTF8.GetString(payload.Slice(3, length)), Encoding.UTF8.GetString(payload[(3 + length)..]));
    }

    public static int ReadNumber(ReadOnlySpan<byte> payload) => payload[1] | (payload[2] << 8) | (payload[3] << 16);

    public static byte[] Input(RunInput input) => Json(JournalKind.Input, json => WriteInput(json, input));

    public static RunInput ReadInput(ReadOnlySpan<byte> text)
    {
        Utf8JsonReader reader = new(text);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        return ReadInput(document.RootElement);
    }

    public static RunInput ReadInput(JsonElement json) => new(
        new DatasetReference(json.GetProperty("name").GetString()!, json.GetProperty("digest").GetString()!)
        {
            Version = json.TryGetProperty("version", out JsonElement version) ? version.GetString() : null,
            Uri = json.TryGetProperty("uri", out JsonElement uri) ? uri.GetString() : null,
            Rows = json.TryGetProperty("rows", out JsonElement rows) ? rows.GetInt64() : null,
            Schema = json.TryGetProperty("schema", out JsonElement schema) ? TableSchemaText.Read(schema.GetString()!) : null,
            Profile = json.TryGetProperty("profile", out JsonElement profile) ? profile.GetString() : null,
        },
        json.GetProperty("context").GetString()!);

    public static void WriteInput(Utf8JsonWriter json, RunInput input)
    {
        json.WriteString("name", input.Dataset.Name);
        json.WriteString("digest", input.Dataset.Digest);
        json.WriteString("context", input.Context);
        if (input.Dataset.Version is { } version)
        {
            json.WriteString("version", version);
        }

        if (input.Dataset.Uri is { } uri)
        {
            json.WriteString("uri", uri);
        }

        if (input.Dataset.Rows is { } rows)
        {
            json.WriteNumber("rows", rows);
        }

        if (input.Dataset.Schema is { } schema)
        {
            json.WriteString("schema", TableSchemaText.Write(schema));
        }

        if (input.Dataset.Profile is { } profile)
        {
            json.WriteString("profile", profile);
        }
    }

    public static byte[] Json(JournalKind kind, Action<Utf8JsonWriter> fields) => [(byte)kind, .. JsonText.Bytes(fields)];

    private static void WriteNumber(Span<byte> payload, JournalKind kind, int number)
    {
        payload[0] = (byte)kind;
        payload[1] = (byte)number;
        payload[2] = (byte)(number >> 8);
        payload[3] = (byte)(number >> 16);
    }
}
