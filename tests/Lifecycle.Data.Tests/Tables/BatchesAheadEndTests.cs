using System.Runtime.CompilerServices;

namespace Lifecycle.Data.Tests;

public sealed class BatchesAheadEndTests
{
    private sealed class Source(int count, int failsAt = -1)
    {
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Given { get; private set; }

        public bool IsEnded { get; private set; }

        public bool WasCancelled { get; private set; }

        /// <summary>Done when so many were asked for that the next waits for room.</summary>
        public Task Full => _full.Task;

        public int FullAt { get; init; } = int.MaxValue;

        public async IAsyncEnumerable<int> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                for (int i = 0; i < count; i++)
                {
                    await Task.Yield();
                    if (i == failsAt)
                    {
                        throw new InvalidDataException("broken");
                    }

                    Given++;
                    if (Given == FullAt)
                    {
                        _full.TrySetResult();
                    }

                    yield return i;
                }

                // nothing more comes until somebody says stop
                if (count == 1)
                {
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }
            }
            finally
            {
                WasCancelled = cancellationToken.IsCancellationRequested;
                IsEnded = true;
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task AllCome_InTheirOrder(int count) =>
        Assert.Equal(Enumerable.Range(0, count), await new Source(count).ReadAsync().ReadAheadAsync(2, _ => 1).ToListAsync());

    [Fact]
    public async Task WhoStopsEarly_WhileTheReaderWaitsForRoom_EndsTheSource()
    {
        Source source = new(100) { FullAt = 4 };
        IAsyncEnumerator<int> ahead = source.ReadAsync().ReadAheadAsync(2, _ => 1).GetAsyncEnumerator();
        Assert.True(await ahead.MoveNextAsync());
        await source.Full; // one was taken, two wait, and there is no room for the fourth
        await ahead.DisposeAsync();
        Assert.True(source.IsEnded);
        Assert.Equal(4, source.Given);
    }

    [Fact]
    public async Task AnErrorOfTheSource_ComesAfterWhatWasReadBefore()
    {
        Source source = new(10, failsAt: 3);
        List<int> got = [];
        InvalidDataException e = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (int item in source.ReadAsync().ReadAheadAsync(8, _ => 1))
            {
                while (!source.IsEnded)
                {
                    await Task.Yield();
                }

                got.Add(item);
            }
        });
        Assert.Contains("broken", e.Message, StringComparison.Ordinal);
        Assert.Equal([0, 1, 2], got);
    }

    [Fact]
    public async Task Cancelling_EndsTheSourceAndTheReading()
    {
        Source source = new(1);
        using CancellationTokenSource stop = new();
        List<int> got = [];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (int item in source.ReadAsync(CancellationToken.None).ReadAheadAsync(2, _ => 1, stop.Token))
            {
                got.Add(item);
                await stop.CancelAsync();
            }
        });
        Assert.Equal([0], got);
        Assert.True(source.IsEnded);
        Assert.True(source.WasCancelled);
    }
}
