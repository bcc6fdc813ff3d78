using System.Buffers;
using System.IO.Pipelines;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Gives bytes in parts, without waiting.</summary>
internal sealed class ChunkReader(byte[] bytes, int chunk) : PipeReader
{
    private int _at;
    private int _end;

    public override bool TryRead(out ReadResult result)
    {
        _end = Math.Min(bytes.Length, _end + chunk);
        result = new ReadResult(new ReadOnlySequence<byte>(bytes, _at, _end - _at), isCanceled: false, isCompleted: _end == bytes.Length);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        TryRead(out ReadResult result);
        return ValueTask.FromResult(result);
    }

    public override void AdvanceTo(SequencePosition consumed) => _at = consumed.GetInteger();

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => AdvanceTo(consumed);

    public override void CancelPendingRead()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }

    /// <summary>Gives the bytes once more.</summary>
    public ChunkReader Again()
    {
        _at = 0;
        _end = 0;
        return this;
    }
}
