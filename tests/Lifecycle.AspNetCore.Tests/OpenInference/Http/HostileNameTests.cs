using System.Text;
using Microsoft.AspNetCore.Hosting;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Paths that no client library sends.</summary>
public sealed class HostileNameTests
{
    private static readonly byte[] Good = RawConnection.Request("/v2/models/linear/infer", WireCase.X("FP32", "[1,10]", "[1,1,1,1,1,1,1,1,1,1]"));

    [Theory]
    [InlineData("../x")]
    [InlineData("%2e%2e")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    [InlineData("..")]
    [InlineData("%2e%2e%2fstats")]
    [InlineData("a%0d%0aX-Injected:%201")]
    [InlineData("%c3%28")]
    [InlineData("%e2%80%a8")]
    [InlineData("con")]
    [InlineData("linear%20")]
    [InlineData("LINEAR")]
    [InlineData("linear;a=b")]
    public async Task Model_OfAHostileName_Is404_AndTheConnectionStays(string name)
    {
        await using WireApp app = await WireApp.StartAsync();
        using RawConnection connection = new(app.Address);
        foreach (string path in new[] { $"/v2/models/{name}/infer", $"/v2/models/linear/versions/{name}/infer", $"/v2/repository/models/{name}/load" })
        {
            if (name is (".." or "%2e%2e") && path.Contains("/versions/", StringComparison.Ordinal))
            {
                // The server takes such a segment away with the one before it: what is left is a good path.
                continue;
            }

            connection.Send(RawConnection.Request(path, "{}"));
            int status = connection.Receive(out ReadOnlySpan<byte> body);
            Assert.True(status == 404 || (status == 403 && path.StartsWith("/v2/repository", StringComparison.Ordinal)), $"{path}: {status}");
            Assert.DoesNotContain("\n", Encoding.UTF8.GetString(body).Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
            connection.Send(Good);
            Assert.Equal(200, connection.Receive());
        }
    }

    /// <summary>Kestrel's own limit for the first line is 8 KiB; a host that raises it gets our answer.</summary>
    [Theory]
    [InlineData(8 * 1024, 414)]
    [InlineData(32 * 1024, 404)]
    public async Task Model_OfTenThousandCharacters_IsRefused(int limit, int expected)
    {
        await using WireApp app = await WireApp.StartAsync(configure: b => b.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestLineSize = limit));
        using RawConnection connection = new(app.Address);
        connection.Send(RawConnection.Request($"/v2/models/{new string('m', 10_240)}/infer", "{}"));
        int status = connection.Receive(out ReadOnlySpan<byte> body);
        Assert.Equal(expected, status);
        if (expected == 404)
        {
            Assert.InRange(body.Length, 128, 1_000);
            connection.Send(Good);
            Assert.Equal(200, connection.Receive());
        }
    }
}
