using System.Text.Json.Nodes;

namespace Lifecycle.Drift.Tests;

public sealed class ProfileJsonTests
{
    [Fact]
    public async Task Json_is_the_twin_of_the_file()
    {
        ReferenceProfile[] profiles =
        [
            ReferenceProfile.From(CpsTable.Batch("1992"), s => s.Range("earnings", 0, 1000).Unit("earnings", "USD/h").Resolution(1280)),
            ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("huge", new double[] { -1e308, 1e308, 3 })])),
            ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("none", new double[] { double.NaN }), BatchColumn.Of<string>("\u202e<b>", new[] { "\0\ud800" })])),
            await ReferenceProfile.FromAsync(
                Enumerable.Range(0, 70_000).ToAsyncEnumerable(), p => p.Numeric("z", i => Math.Sqrt(i)).Category("c", i => $"{i * i % 9973}")),
        ];
        foreach (ReferenceProfile profile in profiles)
        {
            string json = profile.ToJson();
            Assert.StartsWith("{\"schema\":\"lifecycle.drift-profile/1\"", json, StringComparison.Ordinal);
            ReferenceProfile read = ReferenceProfile.FromJson(json);
            Assert.Equal(profile.Digest, read.Digest);
            Assert.Equal(json, read.ToJson());
        }

        Assert.Contains("\"unit\":\"USD/h\"", profiles[0].ToJson(), StringComparison.Ordinal);
        Assert.InRange(((NumericColumn)profiles[0]["earnings"]).Counts.Length, 206, 1280);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("{\"schema\":\"lifecycle.drift-profile/2\"}", "Update Lifecycle.Drift")]
    [InlineData("{\"schema\":\"lifecycle.drift-profile/1\",\"rows\":-1,\"columns\":[]}", "negative")]
    [InlineData("{\"schema\":\"lifecycle.drift-profile/1\",\"rows\":0,\"columns\":[null]}", "null")]
    [InlineData("{\"schema\":\"lifecycle.drift-profile/1\",\"rows\":0,\"columns\":[{\"name\":\"x\",\"kind\":\"Continuous\"}]}", "neither bins")]
    [InlineData("{\"schema\":\"lifecycle.drift-profile/1\",\"rows\":0,\"columns\":[{\"name\":\"x\",\"kind\":\"Continuous\",\"quantiles\":\"AAAA\"}]}", "quantile sketch")]
    [InlineData("{\"schema\":\"lifecycle.drift-profile/1\",\"rows\":1,\"columns\":[{\"name\":\"x\",\"kind\":\"Category\",\"count\":1,\"labels\":[{\"hash\":\"1\",\"count\":1},{\"hash\":\"1\",\"count\":1}]}]}", "twice")]
    public void Other_text_is_an_error_that_says_what_is_wrong(string json, string words) =>
        Assert.Contains(words, Assert.Throws<ProfileFormatException>(() => ReferenceProfile.FromJson(json)).Message, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Every_number_changed_is_an_error_of_the_format_or_a_sound_profile()
    {
        string json = ReferenceProfile.From(CpsTable.Batch("1992").Rows([.. Enumerable.Range(0, 300)])).ToJson();
        foreach (double wrong in (double[])[-1, 1e18, 0.5])
        {
            for (int column = 0; column < 4; column++)
            {
                foreach (string field in (string[])["count", "missing", "minimum", "squaredDeviations", "fractional"])
                {
                    JsonNode tree = JsonNode.Parse(json)!;
                    tree["columns"]![column]![field] = wrong;
                    Sound(tree.ToJsonString());
                }

                foreach (string list in (string[])["edges", "coarse", "counts", "offsets"])
                {
                    JsonNode tree = JsonNode.Parse(json)!;
                    if (tree["columns"]![column]!["grid"]?[list] is JsonArray { Count: > 1 } array)
                    {
                        array[1] = wrong;
                        Sound(tree.ToJsonString());
                        array.RemoveAt(1);
                        Sound(tree.ToJsonString());
                    }
                }
            }
        }
    }

    private static void Sound(string json)
    {
        try
        {
            ReferenceProfile read = ReferenceProfile.FromJson(json);
            Assert.Equal(read.Digest, ReferenceProfile.FromJson(read.ToJson()).Digest);
        }
        catch (ProfileFormatException error)
        {
            Assert.NotEmpty(error.Field);
        }
    }
}
