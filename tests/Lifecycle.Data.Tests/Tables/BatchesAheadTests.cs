namespace Lifecycle.Data.Tests;

public sealed class BatchesAheadTests
{
    [Theory]
    [InlineData(1, 10)]
    [InlineData(BatchesAhead.MostBytes / 4, 4)]
    [InlineData(BatchesAhead.MostBytes, 1)]
    [InlineData(BatchesAhead.MostBytes * 3, 1)]
    public async Task WhatIsReadAhead_IsBoundedByNumberAndBytes(long bytes, int ahead)
    {
        Source source = new();
        int expected = 0;
        await foreach (int item in source.ReadAsync(100).ReadAheadAsync(10, _ => bytes))
        {
            source.Given();
            Assert.Equal(expected++, item);
            if (item % 10 == 0 && item < 80)
            {
                // as far ahead as it may, but no farther however long it is waited for
                await source.ReachedAsync(item + 1 + ahead);
                await Task.Delay(5);
            }
        }

        Assert.Equal(100, expected);

        // one more is at hand to be written into the full queue, and one may be taken but not yet counted by this test
        Assert.InRange(source.Most, ahead, ahead + (ahead == 10 ? 2 : 1));
    }

    [Fact]
    public async Task AnError_ComesWhereItWouldHaveCome_AndALeftLoopEndsTheSource()
    {
        Source source = new() { FailsAt = 7 };
        List<int> seen = [];
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (int item in source.ReadAsync(100).ReadAheadAsync(3, _ => BatchesAhead.MostBytes))
            {
                seen.Add(item);
            }
        });
        Assert.Equal(Enumerable.Range(0, 7), seen);
        Assert.True(source.IsEnded);

        Source left = new();
        await foreach (int item in left.ReadAsync(100).ReadAheadAsync(3, _ => BatchesAhead.MostBytes))
        {
            break;
        }

        Assert.True(left.IsEnded);
    }

    [Fact]
    public void BytesOfColumns_CountEveryText_ButARepeatedOneOnce()
    {
        string large = new('x', 1_000);
        BatchColumn<string> texts = new(new TableColumn("t", ColumnType.String), new[] { large, large, null!, new string('y', 500) }, new[] { true, true, false, true });
        BatchColumn<int> numbers = new(new TableColumn("n", ColumnType.Int32), new[] { 1, 2, 3, 4 });
        Assert.Equal(4 + (4 * 8) + 24 + 2_000 + 24 + 1_000 + (4 * 8), BatchesAhead.BytesOf([texts, numbers]));
    }

    private sealed class Source
    {
        private readonly SemaphoreSlim _made = new(0);
        private int _given;
        private int _count;

        public int Most { get; private set; }

        public int FailsAt { get; init; } = -1;

        public bool IsEnded { get; private set; }

        public void Given() => Interlocked.Increment(ref _given);

        public async Task ReachedAsync(int count)
        {
            while (Volatile.Read(ref _count) < count)
            {
                await _made.WaitAsync();
            }
        }

        public async IAsyncEnumerable<int> ReadAsync(int count)
        {
            try
            {
                for (int i = 0; i < count; i++)
                {
                    await Task.Yield();
                    if (i == FailsAt)
                    {
                        throw new InvalidDataException("here");
                    }

                    Interlocked.Increment(ref _count);
                    Most = Math.Max(Most, i + 1 - Volatile.Read(ref _given));
                    _made.Release();
                    yield return i;
                }
            }
            finally
            {
                IsEnded = true;
            }
        }
    }
}
