using System.Globalization;
using System.Text.Json;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>Errors as the Open Inference Protocol writes them: a status and <c>{"error": "..."}</c>.</summary>
internal static class WireErrors
{
    private const int ClientClosedRequest = 499;

    /// <summary>The status of an error, and what the caller may know of it; null when it is a fault of ours.</summary>
    public static (int Status, string Message)? Of(Exception error) => error switch
    {
        InferenceWireException wire => (wire.Status, wire.Message),
        InvalidInputException => (StatusCodes.Status400BadRequest, Plain(error.Message)),
        UnknownModelException => (StatusCodes.Status404NotFound, error.Message),
        PredictionRejectedException or ObjectDisposedException => (StatusCodes.Status503ServiceUnavailable, error.Message),
        PredictionTimeoutException => (StatusCodes.Status504GatewayTimeout, error.Message),

        // What the model said stays in the log: it may hold what nobody outside should read.
        PredictionFailedException failed =>
            (StatusCodes.Status500InternalServerError, $"model '{failed.Model}' failed ({failed.InnerException?.GetType().Name})"),
        BadHttpRequestException bad => (bad.StatusCode, bad.Message),

        // Not the caller's own: whoever asks TryWriteAsync has looked at that first.
        OperationCanceledException => (StatusCodes.Status503ServiceUnavailable, "The call was stopped before it was answered; the host may be stopping. Send it again."),
        _ => null,
    };

    // Messages of the host name what callers named, as it came.
    private static string Plain(string message) => message.AsSpan().ContainsAnyInRange('\0', '\x1F') || message.AsSpan().ContainsAnyInRange('\x7F', '\x9F')
        ? string.Concat(message.Select(c => char.IsControl(c) ? '?' : c))
        : message;

    /// <summary>Answers an error; false when it is a fault of ours and goes on its way.</summary>
    public static async ValueTask<bool> TryWriteAsync(HttpContext context, Exception error)
    {
        if (IsGone(context, error))
        {
            return true;
        }

        if (Of(error) is not { } told || context.Response.HasStarted)
        {
            return false;
        }

        if (told.Status == StatusCodes.Status503ServiceUnavailable)
        {
            RetryAfter(context, error);
        }

        await WriteAsync(context, told.Status, told.Message).ConfigureAwait(false);
        return true;
    }

    /// <summary>Whether the error is that the client went away; nobody reads the answer then, and the log of the server gets 499.</summary>
    public static bool IsGone(HttpContext context, Exception error)
    {
        if (error is not OperationCanceledException || !context.RequestAborted.IsCancellationRequested)
        {
            return false;
        }

        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = ClientClosedRequest;
        }

        return true;
    }

    /// <summary>Says when to come again.</summary>
    public static void RetryAfter(HttpContext context, Exception? error)
    {
        TimeSpan wait = (error as PredictionRejectedException)?.RetryAfter ?? TimeSpan.FromSeconds(1);
        context.Response.Headers.RetryAfter = ((int)Math.Max(1, Math.Ceiling(wait.TotalSeconds))).ToString(CultureInfo.InvariantCulture);
    }

    public static Task WriteAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return JsonBody.WriteAsync(context, writer => writer.WriteString("error", message));
    }
}
