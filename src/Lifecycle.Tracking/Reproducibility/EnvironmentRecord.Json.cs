using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Tracking;

public sealed partial record EnvironmentRecord
{
    private const int Schema = 1;
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>The record as canonical JSON: UTF-8, keys in ordinal order, no white space.</summary>
    public byte[] ToBytes() => JsonText.Bytes(json =>
    {
        Texts(json, "arguments", Arguments);
        Map(json, "assemblies", Assemblies);
        json.WriteString("captured", CapturedAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
        if (Code is not null)
        {
            json.WriteStartObject("code");
            Write(json, Code);
            json.WriteEndObject();
        }

        Map(json, "environment", Variables);
        Map(json, "host", Host);
        json.WriteStartArray("packages");
        foreach (PackageVersion package in Packages)
        {
            json.WriteStartObject();
            json.WriteString("name", package.Name);
            Optional(json, "sha512", package.Sha512);
            json.WriteString("version", package.Version);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("schema", Schema);
    });

    /// <summary>Reads a record.</summary>
    /// <exception cref="FormatException">The bytes are no record, or one of a later schema.</exception>
    public static EnvironmentRecord Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(utf8);
            return Read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"The bytes are no environment record: {e.Message}", e);
        }
    }

    private static EnvironmentRecord Read(JsonElement json)
    {
        int schema = json.GetProperty("schema").GetInt32();
        return schema != Schema
            ? throw new FormatException($"The environment record has schema {schema}, this build knows {Schema}; update the Lifecycle packages.")
            : new EnvironmentRecord
            {
                CapturedAt = DateTimeOffset.ParseExact(
                    json.GetProperty("captured").GetString()!, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                Code = json.TryGetProperty("code", out JsonElement code) ? ReadCode(code) : null,
                Packages = [.. json.GetProperty("packages").EnumerateArray().Select(
                    p => new PackageVersion(p.GetProperty("name").GetString()!, p.GetProperty("version").GetString()!, Text(p, "sha512")))],
                Assemblies = ReadMap(json, "assemblies"),
                Host = ReadMap(json, "host"),
                Variables = ReadMap(json, "environment"),
                Arguments = ReadTexts(json, "arguments"),
            };
    }

    private static CodeState ReadCode(JsonElement json) => new()
    {
        Commit = Text(json, "commit"),
        Branch = Text(json, "branch"),
        Repository = Text(json, "repository"),
        IsDirty = json.GetProperty("dirty").ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null },
        Unknown = Text(json, "unknown"),
        Changed = [.. json.GetProperty("changed").EnumerateArray().Select(c => new ChangedFile(
            c.GetProperty("path").GetString()!, c.GetProperty("status").GetString()!,
            c.TryGetProperty("size", out JsonElement size) ? size.GetInt64() : null,
            Text(c, "digest") is { } digest ? Lifecycle.Digest.Parse(digest) : null, Text(c, "not_kept")))],
        Untracked = ReadTexts(json, "untracked"),
        IsUntrackedCut = json.GetProperty("untracked_cut").GetBoolean(),
    };

    private static void Write(Utf8JsonWriter json, CodeState code)
    {
        Optional(json, "branch", code.Branch);
        json.WriteStartArray("changed");
        foreach (ChangedFile file in code.Changed)
        {
            json.WriteStartObject();
            Optional(json, "digest", file.Digest?.ToString());
            Optional(json, "not_kept", file.NotKept);
            json.WriteString("path", file.Path);
            if (file.Size is { } size)
            {
                json.WriteNumber("size", size);
            }

            json.WriteString("status", file.Status);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Optional(json, "commit", code.Commit);
        if (code.IsDirty is { } dirty)
        {
            json.WriteBoolean("dirty", dirty);
        }
        else
        {
            json.WriteNull("dirty");
        }

        Optional(json, "repository", code.Repository);
        Optional(json, "unknown", code.Unknown);
        Texts(json, "untracked", code.Untracked);
        json.WriteBoolean("untracked_cut", code.IsUntrackedCut);
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void Map(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> values)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in values.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static string[] ReadTexts(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(v => v.GetString()!)];

    private static Dictionary<string, string> ReadMap(JsonElement json, string name) =>
        json.GetProperty(name).EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal);
}
