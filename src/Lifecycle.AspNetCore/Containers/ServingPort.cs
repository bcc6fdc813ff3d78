using System.Globalization;
using Lifecycle;
using Microsoft.AspNetCore.Hosting;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Listens where a container platform says.</summary>
public static class ServingPortExtensions
{
    private static readonly string[] Variables = ["AIP_HTTP_PORT", "SAGEMAKER_BIND_TO_PORT", "PORT"];

    /// <summary>
    /// Listens on all addresses on the port of the first of <c>AIP_HTTP_PORT</c> (Vertex AI), <c>SAGEMAKER_BIND_TO_PORT</c> and <c>PORT</c> that is set; without
    /// one nothing changes.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="fallback">The port when none is set, for example 8080 in a container; null leaves the addresses as they are.</param>
    /// <exception cref="LifecycleException">The variable is no port.</exception>
    public static WebApplicationBuilder UseServingPort(this WebApplicationBuilder builder, int? fallback = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        int? port = fallback;
        foreach (string variable in Variables)
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text)
            {
                port = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= ushort.MaxValue
                    ? number
                    : throw new LifecycleException($"The environment variable {variable} is '{text}'; it must be a port from 1 to {ushort.MaxValue}.");
                break;
            }
        }

        if (port is { } listen)
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenAnyIP(listen));
        }

        return builder;
    }
}
