using System.Text.Json;
using Lifecycle.Tracking;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Lifecycle.AspNetCore;

/// <summary>Errors as <c>{"error_code":...,"message":...}</c>. No text names a statement, a table or a path of this machine.</summary>
internal static partial class MlflowErrors
{
    public const string InvalidParameterValue = "INVALID_PARAMETER_VALUE";
    public const string ResourceDoesNotExist = "RESOURCE_DOES_NOT_EXIST";
    public const string ResourceAlreadyExists = "RESOURCE_ALREADY_EXISTS";
    public const string EndpointNotFound = "ENDPOINT_NOT_FOUND";
    public const string PermissionDenied = "PERMISSION_DENIED";
    public const string ResourceConflict = "RESOURCE_CONFLICT";
    public const string NotImplemented = "NOT_IMPLEMENTED";
    public const string TemporarilyUnavailable = "TEMPORARILY_UNAVAILABLE";
    public const string InternalError = "INTERNAL_ERROR";
    public const string DataLoss = "DATA_LOSS";
    public const string BadRequest = "BAD_REQUEST";

    private const int TooLarge = StatusCodes.Status413PayloadTooLarge;

    /// <summary>The HTTP status of an error code.</summary>
    public static int StatusOf(string code) => code switch
    {
        ResourceDoesNotExist or EndpointNotFound or "NOT_FOUND" => 404,
        ResourceAlreadyExists or InvalidParameterValue or BadRequest => 400,
        PermissionDenied => 403,
        "UNAUTHENTICATED" or "CUSTOMER_UNAUTHORIZED" => 401,
        ResourceConflict or "ABORTED" or "ALREADY_EXISTS" => 409,
        "REQUEST_LIMIT_EXCEEDED" or "RESOURCE_EXHAUSTED" => 429,
        "CANCELLED" => 499,
        NotImplemented => 501,
        TemporarilyUnavailable => 503,
        "DEADLINE_EXCEEDED" => 504,
        _ => 500,
    };

    /// <summary>Answers a request that failed. A user's mistake is never 500: Python clients would retry it for minutes.</summary>
    public static async Task AnswerAsync(HttpContext context, Exception error, ILogger logger)
    {
        if (context.RequestAborted.IsCancellationRequested || context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            return;
        }

        switch (error)
        {
            case BadHttpRequestException bad:
                await WriteAsync(context, bad.StatusCode, BadRequest, bad.StatusCode == TooLarge ? "The body is too large." : bad.Message).ConfigureAwait(false);
                return;
            case BodyTooLargeException large:
                await WriteAsync(context, TooLarge, InvalidParameterValue, large.Message).ConfigureAwait(false);
                return;
        }

        (string code, string message) = Describe(error);
        if (code is InternalError or DataLoss)
        {
            Failed(logger, context.Request.Method, context.Request.Path, error);
        }

        await WriteAsync(context, StatusOf(code), code, message).ConfigureAwait(false);
    }

    public static Task WriteAsync(HttpContext context, string code, string message) => WriteAsync(context, StatusOf(code), code, message);

    private static Task WriteAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"mlflow\"";
        }
        else if (status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        return MlflowBody.WriteAsync(context, new WireError(code, message), MlflowJson.Default.WireError);
    }

    private static (string Code, string Message) Describe(Exception error) => error switch
    {
        MlflowException own => (own.Code, own.Message),
        TrackingException tracking => (CodeOf(tracking.Kind), tracking.Message),
        InvalidArtifactPathException or RunFilterException or PageTokenException or InvalidModelException or InvalidRegistryNameException =>
            (InvalidParameterValue, error.Message),
        ModelNotFoundException => (ResourceDoesNotExist, error.Message),
        ModelExistsException => (ResourceAlreadyExists, error.Message),
        PromotionRefusedException => (PermissionDenied, error.Message),
        EvidenceMismatchException => (InvalidParameterValue, error.Message),
        ConcurrencyConflictException => (ResourceConflict, error.Message),
        JsonException json => (InvalidParameterValue, Of(json)),
        ArtifactCorruptException => (DataLoss, "The artifact is damaged: its bytes do not fit its digest."),
        LifecycleStorageException { IsTransient: true } => (TemporarilyUnavailable, "The store is busy. Try again."),
        _ => (InternalError, "The server could not do this; its log says why."),
    };

    private static string CodeOf(TrackingErrorKind kind) => kind switch
    {
        TrackingErrorKind.NotFound => ResourceDoesNotExist,
        TrackingErrorKind.AlreadyExists => ResourceAlreadyExists,
        _ => InvalidParameterValue,
    };

    private static string Of(JsonException error)
    {
        string field = error.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "";
        string what = error is WireValueException ? error.Message : "it has another type than this API expects, or it is no JSON.";
        return field.Length == 0 ? $"The request is not a JSON object of this API: {what}" : $"Invalid value for parameter '{field}' supplied: {what}";
    }

    [LoggerMessage(4101, LogLevel.Error, "{Method} {Path} failed.")]
    private static partial void Failed(ILogger logger, string method, string path, Exception cause);
}
