using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

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

    public static Task WriteAsync(HttpContext context, int status, string title, string detail)
    {
        ProblemHttpResult problem = TypedResults.Problem(detail, statusCode: status, title: title);
        if (context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions.TryGetTypeInfo(typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), out _))
        {
            return problem.ExecuteAsync(context);
        }

        // An application that only writes types of its own source-generated context, as native ones do, need not know that of problems.
        context.Response.StatusCode = status;
        return JsonBody.WriteAsync(
            context,
            writer =>
            {
                writer.WriteString("type", problem.ProblemDetails.Type);
                writer.WriteString("title", title);
                writer.WriteNumber("status", status);
                writer.WriteString("detail", detail);
            },
            "application/problem+json");
    }

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
