using Lifecycle.Serving;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Which ids of clients become the id of the request, and which keys decide a split.</summary>
public sealed class RequestIdTests
{
    private const string Id = "019a3f00-1111-7222-8333-444455556666";

    [Theory]
    [InlineData("019a3f00-1111-7222-8333-444455556666", true)]
    [InlineData("019A3F00111172228333444455556666", true)]
    [InlineData("00000000-0000-0000-0000-000000000000", false)]
    [InlineData("00000000000000000000000000000000", false)]
    [InlineData("{019a3f00-1111-7222-8333-444455556666}", false)]
    [InlineData("(019a3f00-1111-7222-8333-444455556666)", false)]
    [InlineData("  019a3f00111172228333444455556666  ", false)]
    [InlineData(" 019a3f00-1111-7222-8333-444455556666", false)]
    [InlineData("{0x019a3f00,0x1111,0x7222,{0x83,0x33,0x44,0x44,0x55,0x55,0x66,0x66}}", false)]
    [InlineData("order 42", false)]
    public void Id_IsTheRequests_InTheTwoUsualForms_ElseTheClients(string id, bool isTaken)
    {
        using InferenceRequest request = Wire.Read("{\"id\":\"" + id + "\",\"inputs\":[]}");
        PredictionOptions options = request.ToOptions(null, null);
        Assert.Equal(isTaken ? Guid.Parse(Id) : Guid.Empty, options.RequestId);
        Assert.Equal(isTaken ? null : id, options.ClientId);
    }

    [Theory]
    [InlineData("\"\"", null, null)]
    [InlineData("\"\"", "header", "header")]
    [InlineData("\"a\"", "header", "a")]
    [InlineData("null", null, null)]
    public void RoutingKey_ThatIsEmpty_IsNone(string parameter, string? header, string? expected)
    {
        using InferenceRequest request = Wire.Read("{\"inputs\":[],\"parameters\":{\"routing_key\":" + parameter + "}}");
        Assert.Equal(expected, request.ToOptions(null, header).RoutingKey);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("a", "a")]
    public void RoutingKeyHeader_ThatIsEmpty_IsNone(string header, string? expected)
    {
        Microsoft.AspNetCore.Http.DefaultHttpContext context = new();
        context.Request.Headers[InferEndpoint.RoutingKey] = header;
        Assert.Equal(expected, InferEndpoint.Key(context));
    }
}
