using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Calls that end before their answer: because the client went away, or because the host stopped.</summary>
public sealed class CancelledCallTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ClientThatWentAway_Is499(bool isTyped)
    {
        DefaultHttpContext context = Context();
        context.RequestAborted = new CancellationToken(canceled: true);
        Assert.True(await WriteAsync(isTyped, context, new OperationCanceledException(context.RequestAborted)));
        Assert.Equal(499, context.Response.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CallThatTheHostStopped_Is503WithABody(bool isTyped)
    {
        DefaultHttpContext context = Context();
        using MemoryStream body = new();
        context.Response.Body = body;
        Assert.True(await WriteAsync(isTyped, context, new TaskCanceledException()));
        await context.Response.CompleteAsync();
        Assert.Equal((503, "1"), (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString()));
        Assert.Contains("stopped before it was answered", System.Text.Encoding.UTF8.GetString(body.ToArray()), StringComparison.Ordinal);
    }

    private static ValueTask<bool> WriteAsync(bool isTyped, HttpContext context, Exception error) =>
        isTyped ? Problems.TryWriteAsync(context, error) : WireErrors.TryWriteAsync(context, error);

    private static DefaultHttpContext Context() => new() { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
}
