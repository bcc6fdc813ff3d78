using System.Buffers;

namespace Lifecycle.Serving.Tests;

/// <summary>A text that is copied when the test says so: whoever copies it meanwhile stands still in the middle of its work.</summary>
internal sealed class SlowText : MemoryManager<byte>
{
    private readonly byte[] _bytes = "slow"u8.ToArray();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _open = new();

    /// <summary>Ends when somebody copies it.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Records one prediction with this text, on a thread of its own.</summary>
    public Task RecordAsync(LogRing ring, InferenceStamp stamp) => Task.Factory.StartNew(
        () =>
        {
            TensorValue value = new(TensorElementType.Bytes);
            value.Reshape(TensorElementType.Bytes, [1]);
            value.Texts[0] = Memory;
            using TensorSet inputs = TensorSet.Of(("slow", value));
            ring.Record(stamp, inputs, null, 1);
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Open() => _open.Set();

    public override Span<byte> GetSpan()
    {
        _reached.TrySetResult();
        Assert.True(_open.Wait(TimeSpan.FromMinutes(2)), "nobody opened the text");
        return _bytes;
    }

    public override Memory<byte> Memory => CreateMemory(_bytes.Length);

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing) => _open.Dispose();
}
