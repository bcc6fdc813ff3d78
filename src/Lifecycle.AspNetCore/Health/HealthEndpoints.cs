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
        bool isReady = IsReady(context, host);
        return context.Response.WriteAsync(isReady ? "OK" : NotReady(host!), context.RequestAborted);
    }

    public static Task LiveAsync(HttpContext context) => JsonBody.WriteAsync(context, writer => writer.WriteBoolean("live", true));

    public static Task ReadyAsync(HttpContext context, ModelHost? host)
    {
        bool isReady = IsReady(context, host);
        return JsonBody.WriteAsync(context, writer =>
        {
            writer.WriteBoolean("live", true);
            writer.WriteBoolean("ready", isReady);
        });
    }

    // Asked once: status and body say the same, also while it changes.
    private static bool IsReady(HttpContext context, ModelHost? host)
    {
        bool isReady = host is null || host.IsReady;
        context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return isReady;
    }

    private static string NotReady(ModelHost host) => host.IsDraining ? "stopping"
        : string.Join('\n', host.Models.Where(m => !m.IsReadyOrFallback && !m.IsOptional).Select(m => $"{m.Name}: {m.State}{(m.Reason is { } reason ? ", " + reason : "")}"));
}
