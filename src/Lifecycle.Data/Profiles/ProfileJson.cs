using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>Profiles as a blob: <c>lifecycle.profile/1</c>, JSON with keys in a fixed order, sketches in base64. What there is nothing to say of is left out.</summary>
internal static class ProfileJson
{
    public const string Format = "lifecycle.profile/1";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The profiles of the tables of a version.</summary>
    public static byte[] Write(IReadOnlyList<DatasetProfile> profiles)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteStartArray("tables");
            foreach (DatasetProfile profile in profiles)
            {
                Write(json, profile);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The profiles out of their blob.</summary>
    /// <exception cref="DatasetException">The bytes are damaged or newer than this build.</exception>
    public static IReadOnlyList<DatasetProfile> Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 16 });
            JsonElement root = document.RootElement;
            return root.GetProperty("format").GetString() == Format
                ? [.. root.GetProperty("tables").EnumerateArray().Select(ProfileReading.Table)]
                : throw new DatasetException("The profile was written by a newer version of the Lifecycle packages; update them.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new DatasetException("The profile of the version is damaged: " + e.Message, e);
        }
    }

    /// <summary>The same column with a sketch of quantiles.</summary>
    public static ColumnProfile With(ColumnProfile c, byte[] quantiles) => new(c.Column)
    {
        Count = c.Count,
        Nulls = c.Nulls,
        SuspectedNulls = c.SuspectedNulls,
        EmptyTexts = c.EmptyTexts,
        Distinct = c.Distinct,
        DistinctIsExact = c.DistinctIsExact,
        MinimumText = c.MinimumText,
        MaximumText = c.MaximumText,
        Mean = c.Mean,
        StandardDeviation = c.StandardDeviation,
        Zeros = c.Zeros,
        Negatives = c.Negatives,
        NotNumbers = c.NotNumbers,
        PositiveInfinite = c.PositiveInfinite,
        NegativeInfinite = c.NegativeInfinite,
        Top = c.Top,
        Lengths = c.Lengths,
        CardinalityBytes = c.CardinalityBytes,
        QuantileBytes = quantiles,
    };

    /// <summary>Bytes of a column, besides its name.</summary>
    public static int LengthOf(ColumnProfile column)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, Options))
        {
            Write(json, column);
        }

        return bytes.WrittenCount - LengthOf(column.Name);
    }

    /// <summary>Bytes of a text.</summary>
    public static int LengthOf(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length;

    private static void Write(Utf8JsonWriter json, DatasetProfile profile)
    {
        json.WriteStartObject();
        json.WriteString("path", profile.Path);
        json.WriteNumber("rows", profile.Rows);
        json.WriteBoolean("full", profile.IsFull);
        json.WriteStartArray("columns");
        foreach (ColumnProfile column in profile.Columns)
        {
            Write(json, column);
        }

        json.WriteEndArray();
        if (profile.Problems.Count > 0)
        {
            json.WriteStartArray("problems");
            foreach (string problem in profile.Problems)
            {
                json.WriteStringValue(problem);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ColumnProfile column)
    {
        json.WriteStartObject();
        json.WriteString("name", column.Name);
        json.WriteString("type", column.Type.ToString());
        json.WriteNumber("count", column.Count);
        Number(json, "nulls", column.Nulls);
        Counts(json, column);
        if (column.Lengths is { } lengths)
        {
            json.WriteStartObject("lengths");
            json.WriteNumber("min", lengths.Minimum);
            json.WriteNumber("mean", lengths.Mean);
            json.WriteNumber("max", lengths.Maximum);
            json.WriteEndObject();
        }

        if (column.Top.Count > 0)
        {
            json.WriteStartArray("top");
            foreach (FrequentValue value in column.Top)
            {
                json.WriteStartArray();
                json.WriteStringValue(value.Text);
                json.WriteNumberValue(value.Count);
                json.WriteNumberValue(value.Error);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        Sketch(json, "cardinality", column.CardinalityBytes);
        Sketch(json, "quantiles", column.QuantileBytes);
        json.WriteEndObject();
    }

    private static void Counts(Utf8JsonWriter json, ColumnProfile column)
    {
        Number(json, "suspectedNulls", column.SuspectedNulls > 0 ? column.SuspectedNulls : null);
        Number(json, "emptyTexts", column.EmptyTexts > 0 ? column.EmptyTexts : null);
        Number(json, "distinct", column.Distinct);
        if (column.Distinct is not null)
        {
            json.WriteBoolean("exact", column.DistinctIsExact);
        }

        Text(json, "min", column.MinimumText);
        Text(json, "max", column.MaximumText);
        Real(json, "mean", column.Mean);
        Real(json, "sd", column.StandardDeviation);
        Number(json, "zeros", column.Zeros > 0 ? column.Zeros : null);
        Number(json, "negatives", column.Negatives > 0 ? column.Negatives : null);
        Number(json, "nan", column.NotNumbers > 0 ? column.NotNumbers : null);
        Number(json, "infinite", column.PositiveInfinite > 0 ? column.PositiveInfinite : null);
        Number(json, "minusInfinite", column.NegativeInfinite > 0 ? column.NegativeInfinite : null);
    }

    private static void Number(Utf8JsonWriter json, string key, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(key, number);
        }
    }

    // means of very large numbers may overflow; JSON has no word for that
    private static void Real(Utf8JsonWriter json, string key, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(key, number);
        }
    }

    private static void Text(Utf8JsonWriter json, string key, string? value)
    {
        if (value is not null)
        {
            json.WriteString(key, value);
        }
    }

    private static void Sketch(Utf8JsonWriter json, string key, byte[]? bytes)
    {
        if (bytes is not null)
        {
            json.WriteBase64String(key, bytes);
        }
    }
}
