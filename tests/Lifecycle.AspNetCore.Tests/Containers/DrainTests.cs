using System.Net.Sockets;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>The stop of a container, as its platform asks for it.</summary>
public sealed class DrainTests
{
    private const int Clients = 16;

    private static readonly byte[] Infer = RawConnection.Request("/v2/models/linear/infer", WireCase.X("FP32", "[1,10]", "[1,1,1,1,1,1,1,1,1,1]"));
    private static readonly byte[] Health = RawConnection.Request("/health", "", "GET");
    private static readonly byte[] Ping = RawConnection.Request("/ping", "", "GET");

    [Fact]
    public async Task SigTerm_UnderLoad_EveryAcceptedRequestIsAnswered_AndTheExitCodeIs0()
    {
        using ServeProcess served = await ServeProcess.StartAsync("PORT", (ServeProcess.Grace, "200"));
        long answered = 0, lost = 0;
        using CountdownEvent busy = new(Clients);
        Task[] clients = [.. Enumerable.Range(0, Clients).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using RawConnection connection = new(served.Address);
                bool isFirst = true;
                while (true)
                {
                    int status = Ask(connection);
                    if (status != 200)
                    {
                        // The server may end a connection between two requests, not in one.
                        Interlocked.Add(ref lost, status == 0 ? 0 : 1);
                        return;
                    }

                    Interlocked.Increment(ref answered);
                    if (isFirst)
                    {
                        busy.Signal();
                        isFirst = false;
                    }
                }
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Assert.True(busy.Wait(WireClient.Hang, TestContext.Current.CancellationToken));
        served.Terminate();
        (int code, long started, long counted) = await served.EndAsync();
        await Task.WhenAll(clients);
        Assert.Equal(0, code);
        Assert.Equal(0, Volatile.Read(ref lost));

        // What came to the program was answered by the models, and the answers came to the clients, all of them.
        Assert.Equal(started, counted);
        Assert.Equal(started, Volatile.Read(ref answered));
        Assert.InRange(counted, Clients, long.MaxValue);
    }

    [Fact]
    public async Task SigTerm_TurnsReadinessOffFirst_AndStillAnswers()
    {
        using ServeProcess served = await ServeProcess.StartAsync("PORT", (ServeProcess.Grace, "3000"));
        using RawConnection connection = new(served.Address);
        connection.Send(Ping);
        Assert.Equal(200, connection.Receive());
        served.Terminate();
        int status;
        do
        {
            connection.Send(Ping);
            status = connection.Receive();
        }
        while (status == 200);
        Assert.Equal(503, status);

        // The child has Vertex AI's health, too.
        connection.Send(Health);
        Assert.Equal(503, connection.Receive());
        connection.Send(Infer);
        Assert.Equal(200, connection.Receive());
        Assert.Equal((0, 1L, 1L), await served.EndAsync());
    }

    private static int Ask(RawConnection connection)
    {
        try
        {
            connection.Send(Infer);
            return connection.Receive();
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
