using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Lifecycle.AspNetCore;

/// <summary>
/// Reads rows of a typed model as the application's JSON options say, but refuses what would become a default that the model answers with confidence: a misspelt
/// member, one that stands twice, one that is required and missing, null where the type takes none, a number too large.
/// </summary>
internal sealed class RowReader<TIn>
{
    private const string Switches = "System.Text.Json.Serialization.";

    private readonly JsonTypeInfo<TIn> _type;

    /// <summary>Makes a reader.</summary>
    /// <param name="options">The application's; they are not changed.</param>
    /// <param name="depth">How deep objects and arrays may lie in each other.</param>
    /// <param name="isStrict">Whether null and missing parameters are refused although the options do not say so.</param>
    public RowReader(JsonSerializerOptions options, int depth, bool isStrict = true)
    {
        JsonSerializerOptions strict = new(options)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            MaxDepth = depth,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = options.RespectNullableAnnotations || (isStrict && !IsDecided("RespectNullableAnnotationsDefault")),
            RespectRequiredConstructorParameters = options.RespectRequiredConstructorParameters || (isStrict && !IsDecided("RespectRequiredConstructorParametersDefault")),
        };
        _type = (JsonTypeInfo<TIn>)strict.GetTypeInfo(typeof(TIn));
    }

    /// <summary>The members of a row with what they are.</summary>
    public string Shape => JsonWords.Shape(_type);

    /// <summary>Reads one row.</summary>
    /// <param name="row">Of the body.</param>
    /// <param name="hasLargeNumbers">Whether a number of the body is so large that a look at its member is needed.</param>
    /// <exception cref="JsonException">It does not fit; the message is one sentence and names the member.</exception>
    public TIn Read(JsonElement row, bool hasLargeNumbers)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"A row is an object, and {JsonWords.Came(row)} came.");
        }

        if (hasLargeNumbers)
        {
            FiniteNumbers.Require(row, _type);
        }

        try
        {
            return row.Deserialize(_type) ?? throw new JsonException("A row is an object, and null came.");
        }
        catch (JsonException error)
        {
            throw new JsonException(RowFault.Of(row, _type, error), error);
        }
    }

    // A copy of options cannot tell "no" from "not said"; the switch of the whole application can, and then it holds.
    private static bool IsDecided(string name) => AppContext.TryGetSwitch(Switches + name, out _);
}
