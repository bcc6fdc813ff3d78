using System.Net.Http.Json;

namespace DriftHost;

/// <summary>Clients that ask at the same time, over the loopback.</summary>
internal static class Traffic
{
    public const int Requests = 8_000;
    public const int Clients = 8;

    public static async Task SendAsync(string address, Reading[] readings)
    {
        using HttpClient client = new() { BaseAddress = new Uri(address) };
        await Parallel.ForEachAsync(readings, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (reading, token) =>
        {
            using HttpResponseMessage answer = await client.PostAsJsonAsync("/score", reading, token);
            answer.EnsureSuccessStatusCode();
        });
    }
}
