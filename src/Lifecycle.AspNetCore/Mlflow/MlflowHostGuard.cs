using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Lifecycle.AspNetCore;

/// <summary>
/// Keeps web pages of strangers out: the host must be loopback, a private address or a listed name (against DNS rebinding), and a request that changes
/// something must not come from a page of another origin.
/// </summary>
internal sealed class MlflowHostGuard(MlflowCompatibility options, IOptionsMonitor<HostFilteringOptions>? application)
{
    private const string Rebinding = "Invalid Host header - possible DNS rebinding attack detected";
    private const string Foreign = "Cross-origin request blocked";

    /// <summary>Why a request is refused with 403; null when it is let in.</summary>
    public string? Refusal(HttpRequest request)
    {
        if (!IsKnown(request.Host.Host))
        {
            return Rebinding;
        }

        bool changes = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);
        return changes && request.Headers.Origin is { Count: > 0 } origin && !IsOwn(origin.ToString(), request) ? Foreign : null;
    }

    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
        && string.Equals(uri.Authority, WithoutDefaultPort(request.Host, uri.Scheme), StringComparison.OrdinalIgnoreCase);

    private static string WithoutDefaultPort(HostString host, string scheme) =>
        host.Port is { } port && port != (scheme == "https" ? 443 : 80) ? host.Value! : host.Host;

    private bool IsKnown(string host)
    {
        if (string.IsNullOrEmpty(host))
        {
            return false;
        }

        if (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address))
        {
            return IsPrivate(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address) || IsListed(host);
        }

        return string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) || IsListed(host);
    }

    private bool IsListed(string host) =>
        options.AllowedHosts.Any(allowed => Fits(allowed, host)) || (application?.CurrentValue.AllowedHosts is { } hosts && hosts.Any(allowed => Fits(allowed, host)));

    // '*' alone lists nobody: it is what an application says that never thought about hosts.
    private static bool Fits(string allowed, string host) =>
        allowed.StartsWith("*.", StringComparison.Ordinal)
            ? host.Length > allowed.Length - 1 && host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase)
            : string.Equals(allowed, host, StringComparison.OrdinalIgnoreCase);

    private static bool IsPrivate(IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
        {
            return true;
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal;
        }

        byte[] parts = address.GetAddressBytes();
        return parts[0] == 10 || (parts[0] == 172 && parts[1] is >= 16 and <= 31) || (parts[0] == 192 && parts[1] == 168) || (parts[0] == 169 && parts[1] == 254);
    }
}
