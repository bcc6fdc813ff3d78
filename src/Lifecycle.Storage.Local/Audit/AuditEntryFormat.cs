using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lifecycle.Storage.Local;

/// <summary>
/// The stored bytes of an entry: one JSON object in UTF-8 with the members seq, at, actor, action, subject, before, after and reason, in this order,
/// without spaces between them. They are hashed as they are stored and never written again.
/// </summary>
internal static class AuditEntryFormat
{
    /// <summary>Most bytes of an entry.</summary>
    public const int MaximumLength = 65_535;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="ArgumentException"><c>Before</c> or <c>After</c> is not JSON.</exception>
    public static byte[] Write(long sequence, DateTimeOffset at, string actor, AuditRecord record)
    {
        ArrayBufferWriter<byte> bytes = new(512);
        using (Utf8JsonWriter json = new(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("seq", sequence);
            json.WriteString("at", at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("actor", actor);
            json.WriteString("action", record.Action);
            json.WriteString("subject", record.Subject);
            WriteState(json, "before", record.Before);
            WriteState(json, "after", record.After);
            json.WriteString("reason", record.Reason);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>What stands in an entry instead of a state that is too big for it.</summary>
    public static string Reference(StoredBlob blob) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"blob\":\"{blob.Digest}\",\"length\":{blob.Length}}}");

    /// <exception cref="LifecycleStorageException">The bytes are not an entry.</exception>
    public static AuditEntry Read(long sequence, ReadOnlyMemory<byte> bytes, Digest head)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement entry = document.RootElement;
            return new AuditEntry(
                sequence,
                entry.GetProperty("at").GetDateTimeOffset(),
                entry.GetProperty("actor").GetString()!,
                entry.GetProperty("action").GetString()!,
                entry.GetProperty("subject").GetString()!,
                State(entry, "before"),
                State(entry, "after"),
                entry.GetProperty("reason").GetString(),
                head);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new LifecycleStorageException("audit", "read", sequence.ToString(CultureInfo.InvariantCulture),
                $"The audit entry {sequence} is damaged and cannot be read. Verify the log (VerifyAsync) to see what else was changed.", innerException: error);
        }
    }

    /// <summary>The number that the entry itself says; null when it is no entry.</summary>
    public static long? SequenceOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Utf8JsonReader json = new(bytes);
            return json.Read() && json.TokenType == JsonTokenType.StartObject
                && json.Read() && json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("seq"u8)
                && json.Read() && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long sequence)
                    ? sequence
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void WriteState(Utf8JsonWriter json, string name, string? state)
    {
        json.WritePropertyName(name);
        if (state is null)
        {
            json.WriteNullValue();
            return;
        }

        try
        {
            json.WriteRawValue(state);
        }
        catch (JsonException error)
        {
            throw new ArgumentException($"The state '{name}' of an audit record must be JSON: {error.Message}", name, error);
        }
    }

    private static string? State(JsonElement entry, string name) =>
        entry.GetProperty(name) is { ValueKind: not JsonValueKind.Null } state ? state.GetRawText() : null;
}
