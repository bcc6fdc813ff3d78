using System.Text;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>What other servers get wrong, asked over a real connection.</summary>
public sealed class InferTests
{
    [Fact]
    public async Task Infer_NegativeDimension_Is400WithErrorBody()
    {
        await using WireApp app = await WireApp.StartAsync();
        using WireClient client = app.Client();
        foreach (string shape in new[] { "[-1,1]", "[1,-1]", "[-9223372036854775808]" })
        {
            WireAnswer answer = await client.PostAsync("/v2/models/stamp/infer", WireCase.X("INT32", shape, "[0]"));
            Assert.Equal(400, answer.Status);
            Assert.Contains("The \"shape\" of x has -", answer.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Infer_ByVersionAndByAlias()
    {
        await using WireApp app = await WireApp.StartAsync();
        using WireClient client = app.Client();
        foreach ((string? asked, string answers) in new[] { ("1", "1"), ("2", "2"), ("10", "10"), ("latest", "10"), (null, "10") })
        {
            WireAnswer answer = await client.PostAsync(WireClient.InferPath("stamp", asked), WireCase.X("INT32", "[1,1]", "[0]"));
            Assert.Equal((answers, answers, $"[{answers}]"), (answer.Header("Lifecycle-Model-Version"), answer.Json.GetProperty("model_version").GetString(), answer.Data()));
        }
    }

    [Fact]
    public async Task Infer_FloatOverflow_Is400()
    {
        await using WireApp app = await WireApp.StartAsync();
        using WireClient client = app.Client();
        foreach ((string type, string number) in new[] { ("FP32", "1e39"), ("FP32", "-3.5e38"), ("FP16", "70000"), ("FP64", "1e309"), ("FP64", "-1E400") })
        {
            WireAnswer answer = await client.PostAsync("/v2/models/identity_" + type + "/infer", WireCase.X(type, "[1,1]", $"[{number}]"));
            Assert.Equal(400, answer.Status);
            Assert.Contains(number, answer.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("FP16")]
    [InlineData("FP32")]
    [InlineData("FP64")]
    public async Task Infer_NaN_RoundTripsAsString(string type)
    {
        await using WireApp app = await WireApp.StartAsync();
        using WireClient client = app.Client();
        const string Data = "[\"NaN\",\"Infinity\",\"-Infinity\",0]";
        Assert.Equal(Data, (await client.PostAsync("/v2/models/identity_" + type + "/infer", WireCase.X(type, "[1,4]", Data))).Data());
        Assert.Equal(400, (await client.PostAsync("/v2/models/identity_" + type + "/infer", WireCase.X(type, "[1,1]", "[NaN]"))).Status);
    }

    [Fact]
    public async Task Infer_Int64Max_RoundTrips()
    {
        await using WireApp app = await WireApp.StartAsync();
        using WireClient client = app.Client();
        const string Signed = "[9223372036854775807,-9223372036854775808,9007199254740993]";
        const string Unsigned = "[18446744073709551615,9007199254740993]";
        Assert.Equal(Signed, (await client.PostAsync("/v2/models/identity_INT64/infer", WireCase.X("INT64", "[1,3]", Signed))).Data());
        Assert.Equal(Unsigned, (await client.PostAsync("/v2/models/identity_UINT64/infer", WireCase.X("UINT64", "[1,2]", Unsigned))).Data());
    }

    [Fact]
    public async Task Infer_RoutingKey_IsSticky_AndTheParameterWinsOverTheHeader()
    {
        await using WireApp app = await WireApp.StartAsync(l => l.Serve("split", s => s
            .FromFunction("1", WireModels.One(TensorElementType.Int32), (i, o) => WireModels.Like(o, "y", i["x"]).Span<int>().Fill(1))
            .FromFunction("2", WireModels.One(TensorElementType.Int32), (i, o) => WireModels.Like(o, "y", i["x"]).Span<int>().Fill(2))
            .Split(("1", 50), ("2", 50))));
        using WireClient client = app.Client();
        Dictionary<string, string> arms = [];
        for (int i = 0; i < 40; i++)
        {
            string key = $"customer {i % 20}";
            string version = (await client.PostAsync("/v2/models/split/infer", WireCase.X("INT32", "[1,1]", "[0]"), ("Lifecycle-Routing-Key", key))).Header("Lifecycle-Model-Version")!;
            Assert.Equal(version, arms.GetValueOrDefault(key, version));
            arms[key] = version;
        }

        Assert.Equal(["1", "2"], arms.Values.Distinct().Order());
        string one = arms.First(a => a.Value == "1").Key, two = arms.First(a => a.Value == "2").Key;
        WireAnswer answer = await client.PostAsync(
            "/v2/models/split/infer", WireCase.X("INT32", "[1,1]", "[0]", $",\"parameters\":{{\"routing_key\":\"{one}\"}}"), ("Lifecycle-Routing-Key", two));
        Assert.Equal("1", answer.Header("Lifecycle-Model-Version"));
        Assert.Equal("2", (await client.PostAsync(WireClient.InferPath("split", "2"), WireCase.X("INT32", "[1,1]", "[0]"), ("Lifecycle-Routing-Key", one))).Header("Lifecycle-Model-Version"));
    }

    [Fact]
    public async Task Infer_InChunks_IsAnswered_AndHeldToTheSameLimit()
    {
        await using WireApp app = await WireApp.StartAsync(options: o => o.MaxBodyBytes = 1_000);
        using RawConnection connection = new(app.Address);
        string body = WireCase.X("INT32", "[1,1]", "[0]");
        connection.Send(Chunked(body[..20], body[20..]));
        Assert.Equal(200, connection.Receive(out ReadOnlySpan<byte> answer));
        Assert.Contains("[10]", Encoding.UTF8.GetString(answer), StringComparison.Ordinal);
        connection.Send(Chunked(new string(' ', 600), new string(' ', 600)));
        Assert.Equal(413, connection.Receive(out answer));
        Assert.Contains("1000 bytes", Encoding.UTF8.GetString(answer), StringComparison.Ordinal);
        connection.Send(RawConnection.Request("/v2/models/stamp/infer", body));
        Assert.Equal(200, connection.Receive());
    }

    [Fact]
    public async Task Infer_OverTheLimitOfTheServer_Is413InTheSameForm()
    {
        await using WireApp app = await WireApp.StartAsync(configure: b => b.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = 1_000));
        using WireClient client = app.Client();
        WireAnswer refused = await client.PostAsync("/v2/models/stamp/infer", new string(' ', 2_000));
        Assert.Equal(413, refused.Status);
        Assert.NotEmpty(refused.Error);
        Assert.Equal(200, (await client.PostAsync("/v2/models/stamp/infer", WireCase.X("INT32", "[1,1]", "[0]"))).Status);
    }

    private static byte[] Chunked(params string[] parts) => Encoding.Latin1.GetBytes(
        "POST /v2/models/stamp/infer HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + string.Concat(parts.Select(p => $"{p.Length:x}\r\n{p}\r\n")) + "0\r\n\r\n");
}
