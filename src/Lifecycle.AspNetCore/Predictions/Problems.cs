using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

/// <summary>Errors as problem details (RFC 9457).</summary>
internal static class Problems
{
    public static Task BadRequestAsync(HttpContext context, string detail) =>
        WriteAsync(context, StatusCodes.Status400BadRequest, "The input does not fit the model", detail);

    public static Task WriteAsync(HttpContext context, int status, string title, string detail) =>
        TypedResults.Problem(detail, statusCode: status, title: title).ExecuteAsync(context);
}
