using System.Globalization;
using Lifecycle.Storage.Specification;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>What a request costs the collector, counted in a process where nothing else happens.</summary>
public sealed class HttpAllocationTests
{
    private const int Warm = 5_000;
    private const int Counted = 5_000;
    private const int Rounds = 3;
    private const long MostBytes = 1_024;

    [Fact]
    public async Task LinearRequest_OverKestrel_AllocatesAtMost1024Bytes()
    {
        using ChildProcess child = ChildProcess.Start(ChildRoutines.Allocate);
        string line = await child.Output.ReadLineAsync(TestContext.Current.CancellationToken) ?? "";
        await child.EndAsync();
        long bytes = long.Parse(line, CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes} bytes a request");
        Assert.InRange(bytes, 1, MostBytes);
    }

    /// <summary>Writes the bytes that the server allocates for one request.</summary>
    public static async Task<int> MeasureAsync()
    {
        await using WireApp app = await WireApp.StartAsync();
        byte[] request = RawConnection.Request("/v2/models/linear/infer", WireCase.X("FP32", "[1,10]", "[0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1]"));
        long least = long.MaxValue;
        Thread client = new(() =>
        {
            using RawConnection connection = new(app.Address);
            Send(connection, request, Warm);
            for (int round = 0; round < Rounds; round++)
            {
                long own = GC.GetAllocatedBytesForCurrentThread(), all = GC.GetTotalAllocatedBytes(precise: true);
                Send(connection, request, Counted);
                own = GC.GetAllocatedBytesForCurrentThread() - own;
                all = GC.GetTotalAllocatedBytes(precise: true) - all;
                least = Math.Min(least, (all - own) / Counted);
            }
        });
        client.Start();
        client.Join();
        Console.WriteLine(least.ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    private static void Send(RawConnection connection, byte[] request, int times)
    {
        for (int i = 0; i < times; i++)
        {
            connection.Send(request);
            if (connection.Receive() != 200)
            {
                throw new InvalidOperationException("The request was not answered.");
            }
        }
    }
}
