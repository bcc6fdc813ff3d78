using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>What is said of rows that could not be read names what the reader stopped at, and nothing else.</summary>
public sealed class RowFaultTests
{
    [Theory]
    [InlineData("{\"pet\":{\"$type\":\"dog\",\"barks\":3},\"age\":\"x\"}", "'age' takes a whole number, and the string \"x\" came.")]
    [InlineData("{\"pet\":{\"$type\":\"dog\",\"barks\":\"loud\"},\"age\":1}", "'pet.barks' takes a whole number, and the string \"loud\" came.")]
    [InlineData("{\"pet\":{\"$type\":\"dog\",\"meows\":3},\"age\":1}", "There is no member 'pet.meows'.")]
    [InlineData("{\"pet\":{\"$type\":\"cat\",\"name\":\"a\"},\"age\":1}", "The member 'pet.lives' is missing.")]
    [InlineData("{\"pet\":{\"$type\":\"cow\"},\"age\":1}", "'pet.$type' takes one of \"dog\", \"cat\", 7, and the string \"cow\" came.")]
    [InlineData("{\"pet\":{\"$type\":7,\"name\":true},\"age\":1}", "'pet.name' takes a string, and true came.")]
    [InlineData("{\"pet\":{\"$type\":\"dog\",\"barks\":3}}", "The member 'age' is missing.")]
    public void Member_OfSeveralKinds_IsJudgedByTheKindThatItNames(string row, string says) => Assert.Equal(says, Said<Owner>(row));

    [Theory]
    [InlineData("{\"size\":null,\"count\":\"x\"}", "'count' takes a whole number, and the string \"x\" came.")]
    [InlineData("{\"size\":null,\"grade\":null,\"count\":1.5}", "'count' takes a whole number, and the number 1.5 came.")]
    [InlineData("{\"size\":null,\"grade\":null}", "The member 'count' is missing.")]
    [InlineData("{\"count\":1,\"size\":true}", "The value at 'size' cannot be read.")]
    [InlineData("{\"count\":1,\"grade\":true}", "'grade' takes a value, and true came.")]
    [InlineData("{\"count\":1,\"grade\":\"Z\"}", "There is no grade Z.")]
    public void Converter_OfTheApplication_TakesWhatItTakes(string row, string says) => Assert.Equal(says, Said<Sized>(row));

    [Theory]
    [InlineData("{\"area\":\"of no use\",\"width\":\"x\"}", "'width' takes a number, and the string \"x\" came.")]
    [InlineData("{\"area\":null,\"Area\":1,\"width\":\"x\"}", "'width' takes a number, and the string \"x\" came.")]
    [InlineData("{\"area\":null}", "The member 'width' is missing.")]
    [InlineData("{\"width\":1,\"tags\":{\"a.b\":1,\"a b['\":\"x\"}}", null)]
    [InlineData("{\"width\":1,\"tags\":{\"a.b\":1,\"A.b\":\"x\",\"a\":2}}", "'tags.A.b' takes a whole number, and the string \"x\" came.")]
    [InlineData("{\"width\":1,\"grid\":[[1,2],[3,null]]}", "'grid[1][1]' takes a number, and null came.")]
    [InlineData("{\"width\":1,\"grid\":[[1,2],3]}", "'grid[1]' takes a list of numbers, and the number 3 came.")]
    [InlineData("{\"width\":1,\"WIDTH\":2}", "The member 'width' stands twice in its object; send it once.")]
    public void Member_ThatTheReaderIgnores_IsNoFault(string row, string? says)
    {
        string said = Said<Field>(row);
        Assert.Equal(says ?? said, said);
        Assert.DoesNotContain("area", said, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Line", said, StringComparison.Ordinal);
        Assert.DoesNotContain("System", said, StringComparison.Ordinal);
    }

    [Fact]
    public void LongRow_ThatFails_IsNotReadAgain()
    {
        CountedReader counted = new();
        JsonSerializerOptions options = new(JsonSerializerOptions.Web) { Converters = { counted } };
        RowReader<Long> reader = new(options, 64);
        using JsonDocument row = JsonDocument.Parse("{\"marks\":[" + string.Join(',', Enumerable.Repeat("1", 20_000)) + "],\"width\":\"x\"}");
        JsonException error = Assert.Throws<JsonException>(() => reader.Read(row.RootElement, hasLargeNumbers: false));
        Assert.Equal("'width' takes a number, and the string \"x\" came.", error.Message);
        Assert.Equal(20_000, counted.Reads);
    }

    [Theory]
    [InlineData(false, true, "{\"metres\":1,\"street\":null}", null)]
    [InlineData(false, true, "{\"metres\":1}", "The member 'street' is missing.")]
    [InlineData(false, false, "{\"metres\":1}", null)]
    [InlineData(true, false, "{\"metres\":1,\"street\":null}", "'street' takes a string, and null came.")]
    [InlineData(false, false, "{\"meters\":1}", "There is no member 'meters'.")]
    [InlineData(false, false, "{\"metres\":null}", "'metres' takes a number, and null came.")]
    public void Options_OfTheApplication_DecideOfNullAndMissing_WhereRowsAreNotStrict(bool nulls, bool parameters, string row, string? says)
    {
        RowReader<Flat> reader = new(
            new JsonSerializerOptions(JsonSerializerOptions.Web) { RespectNullableAnnotations = nulls, RespectRequiredConstructorParameters = parameters }, 64, isStrict: false);
        using JsonDocument document = JsonDocument.Parse(row);
        if (says is null)
        {
            Assert.Equal(1, reader.Read(document.RootElement, hasLargeNumbers: false).Metres);
            return;
        }

        Assert.Equal(says, Assert.Throws<JsonException>(() => reader.Read(document.RootElement, hasLargeNumbers: false)).Message);
    }

    private static string Said<T>(string row)
    {
        using JsonDocument document = JsonDocument.Parse(row);
        RowReader<T> reader = new(JsonSerializerOptions.Web, 64);
        return Assert.Throws<JsonException>(() => reader.Read(document.RootElement, hasLargeNumbers: false)).Message;
    }

    internal sealed record Flat(float Metres, string Street);

    internal sealed record Owner(Animal Pet, int Age);

    [JsonDerivedType(typeof(Dog), "dog")]
    [JsonDerivedType(typeof(Cat), "cat")]
    [JsonDerivedType(typeof(Animal), 7)]
    internal class Animal
    {
        public string? Name { get; set; }
    }

    internal sealed class Dog : Animal
    {
        public int Barks { get; set; }
    }

    internal sealed class Cat : Animal
    {
        public required int Lives { get; set; }
    }

    internal sealed class Sized
    {
        [JsonConverter(typeof(OrZero))]
        public float Size { get; set; }

        public Grade Grade { get; set; }

        public required int Count { get; set; }
    }

    internal sealed class Field
    {
        public required float Width { get; set; }

        public float Area => Width * Width;

        public Dictionary<string, int> Tags { get; set; } = [];

        public float[][] Grid { get; set; } = [];
    }

    internal sealed class Long
    {
        public float Width { get; set; }

        public List<Mark> Marks { get; set; } = [];
    }

    internal readonly record struct Mark(int Value);

    [JsonConverter(typeof(GradeReader))]
    internal readonly record struct Grade(char Letter);

    internal sealed class OrZero : JsonConverter<float>
    {
        public override bool HandleNull => true;

        public override float Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.Null ? 0 : reader.GetSingle();

        public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
    }

    internal sealed class GradeReader : JsonConverter<Grade>
    {
        public override bool HandleNull => true;

        public override Grade Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.Null => default,
            JsonTokenType.String => reader.GetString() is "A" ? new Grade('A') : throw new JsonException($"There is no grade {reader.GetString()}"),
            _ => throw new JsonException(),
        };

        public override void Write(Utf8JsonWriter writer, Grade value, JsonSerializerOptions options) => writer.WriteStringValue(value.Letter.ToString());
    }

    internal sealed class CountedReader : JsonConverter<Mark>
    {
        public int Reads { get; private set; }

        public override Mark Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            Reads++;
            return new Mark(reader.GetInt32());
        }

        public override void Write(Utf8JsonWriter writer, Mark value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
    }
}
