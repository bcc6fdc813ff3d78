using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>Errors as problem details (RFC 9457).</summary>
internal static class Problems
{
    public const string NotServed = "The model is not served";

    public const string Refused = "The request was refused";

    /// <summary>The statuses with which a typed prediction may be refused.</summary>
    public static IReadOnlyList<int> Statuses { get; } =
    [
        StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status429TooManyRequests,
        StatusCodes.Status500InternalServerError, StatusCodes.Status503ServiceUnavailable, StatusCodes.Status504GatewayTimeout,
    ];

    public static Task BadRequestAsync(HttpContext context, string detail) =>
        WriteAsync(context, StatusCodes.Status400BadRequest, "The input does not fit the model", detail);

    public static Task WriteAsync(HttpContext context, int status, string title, string detail) =>
        TypedResults.Problem(detail, statusCode: status, title: title).ExecuteAsync(context);

    /// <summary>Answers an error; false when it is a fault of ours and goes on its way.</summary>
    public static async ValueTask<bool> TryWriteAsync(HttpContext context, Exception error)
    {
        if (WireErrors.IsGone(context, error))
        {
            return true;
        }

        if (WireErrors.Of(error) is not { } told || context.Response.HasStarted)
        {
            return false;
        }

        if (told.Status == StatusCodes.Status503ServiceUnavailable)
        {
            WireErrors.RetryAfter(context, error);
        }

        await WriteAsync(context, told.Status, TitleOf(told.Status), told.Message).ConfigureAwait(false);
        return true;
    }

    private static string TitleOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "The input does not fit the model",
        StatusCodes.Status404NotFound => NotServed,
        StatusCodes.Status500InternalServerError => "The model failed",
        StatusCodes.Status503ServiceUnavailable => "The model does not answer now",
        StatusCodes.Status504GatewayTimeout => "The model did not answer in time",
        _ => Refused,
    };
}
