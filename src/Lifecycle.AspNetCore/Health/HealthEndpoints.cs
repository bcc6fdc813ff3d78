using System.Text.Json;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>Whether the process lives and whether every model answers.</summary>
internal static class HealthEndpoints
{
    public static Task TextAsync(HttpContext context, ModelHost? host)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.StatusCode = Status(host);
        return context.Response.WriteAsync(host is null || host.IsReady ? "OK" : NotReady(host), context.RequestAborted);
    }

    public static Task LiveAsync(HttpContext context) => JsonBody.WriteAsync(context, writer => writer.WriteBoolean("live", true));

    public static Task ReadyAsync(HttpContext context, ModelHost? host)
    {
        context.Response.StatusCode = Status(host);
        return JsonBody.WriteAsync(context, writer =>
        {
            writer.WriteBoolean("live", true);
            writer.WriteBoolean("ready", host is null || host.IsReady);
        });
    }

    private static int Status(ModelHost? host) => host is null || host.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;

    private static string NotReady(ModelHost host) =>
        string.Join('\n', host.Models.Where(m => !m.IsReady && !m.IsOptional).Select(m => $"{m.Name}: {m.State}{(m.Reason is { } reason ? ", " + reason : "")}"));
}
