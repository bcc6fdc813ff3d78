using System.Collections.Concurrent;

namespace Lifecycle.Data;

/// <summary>
/// The bytes of a CSV in blocks of whole rows: byte order mark, delimiter, and whether they are UTF-8 at all. Where a block ends follows from
/// the bytes alone, not from the pieces they come in.
/// </summary>
/// <param name="options">How the file is read.</param>
/// <param name="blockBytes">A block ends with the last row that ends within so many bytes, or with the first row that is longer.</param>
/// <param name="block">Takes each block.</param>
/// <param name="problem">Takes what keeps the rest from being read; its row is counted from 1.</param>
internal sealed class CsvBlocks(CsvOptions options, int blockBytes, Action<CsvBlock> block, Action<TableProblem> problem)
{
    /// <summary>Bytes of a block of a profile.</summary>
    public const int ProfileBytes = 8 << 20;

    private const int FirstBytes = 1 << 16;

    private readonly Utf8Check _check = new();
    private readonly ConcurrentBag<byte[]> _free = [];
    private byte[] _bytes = CsvBlock.Allocate(FirstBytes);
    private int _filled;
    private long _offset;
    private RowEnds _ends;
    private bool _started;

    /// <summary>The options with the delimiter that is used.</summary>
    public CsvOptions Resolved { get; private set; } = options;

    /// <summary>Whether nothing more can be read.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Says that nothing more is wanted.</summary>
    public void Stop() => IsStopped = true;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!IsStopped && !bytes.IsEmpty)
        {
            // up to the sample, then up to the end of the block, so that every decision is made at the same byte
            int target = !_started ? CsvDelimiter.SampleBytes : _filled < blockBytes ? blockBytes : _filled + FirstBytes;
            int part = Math.Min(bytes.Length, target - _filled);
            Append(bytes[..part]);
            bytes = bytes[part..];
            if (!_started && _filled >= CsvDelimiter.SampleBytes)
            {
                Start(atEnd: false);
            }

            if (_started && _filled >= blockBytes)
            {
                Cut();
            }
        }
    }

    public void Complete()
    {
        if (!IsStopped && !_started)
        {
            Start(atEnd: true);
        }

        if (!IsStopped)
        {
            _check.Complete();
            if (_filled > 0)
            {
                Hand(_filled);
            }
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_filled + bytes.Length + CsvBlock.Spare > _bytes.Length)
        {
            // a row that is longer than a block doubles its room up to what a row may take, so that all its buffers together are twice that
            int most = _filled < blockBytes ? blockBytes : Math.Max(blockBytes, CsvLimits.Row + FirstBytes);
            int size = Math.Max(_filled + bytes.Length, Math.Min((_filled * 2) + FirstBytes, most));
            byte[] larger = CsvBlock.Allocate(size);
            _bytes.AsSpan(0, _filled).CopyTo(larger);
            _bytes = larger;
        }

        bytes.CopyTo(_bytes.AsSpan(_filled));
        _filled += bytes.Length;
        if (_started)
        {
            _check.Write(bytes);
        }
    }

    private void Start(bool atEnd)
    {
        ReadOnlySpan<byte> sample = _bytes.AsSpan(0, _filled);
        if (sample is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..])
        {
            IsStopped = true;
            problem(new TableProblem(TableProblemKind.Encoding, 1, 0, "the file is UTF-16; save it as UTF-8"));
            return;
        }

        if (sample is [0xEF, 0xBB, 0xBF, ..])
        {
            sample = sample[3..];
            _offset = 3;
            _filled -= 3;
            sample.CopyTo(_bytes);
            sample = _bytes.AsSpan(0, _filled);
        }

        _started = true;
        Resolved = Resolved with { Delimiter = Resolved.Delimiter ?? (char)CsvDelimiter.Find(sample, atEnd) };
        _ends = new RowEnds(Resolved.DelimiterByte);
        _check.StartAt(_offset);
        _check.Write(sample);
    }

    private void Cut()
    {
        while (_filled >= blockBytes && !IsStopped)
        {
            if (_ends.Position < blockBytes)
            {
                _ends.Advance(_bytes.AsSpan(0, blockBytes));
            }

            // a row that is longer than a block is looked at as it grows
            if (_ends.Last == 0)
            {
                _ends.Advance(_bytes.AsSpan(0, _filled), first: true);
            }

            if (_ends.Last > 0)
            {
                Hand(_ends.Last);
                _ends = new RowEnds(Resolved.DelimiterByte);
                continue;
            }

            if (_filled > CsvLimits.Row)
            {
                // the reader of the block finds which limit it is
                Hand(_filled);
                IsStopped = true;
            }

            return;
        }
    }

    private void Hand(int length)
    {
        byte[] bytes = _bytes;
        int rest = _filled - length;
        long offset = _offset;
        int wanted = Math.Max(blockBytes, rest);
        if (!_free.TryTake(out byte[]? free) || free.Length < wanted + CsvBlock.Spare)
        {
            free = CsvBlock.Allocate(rest == 0 && length < blockBytes ? 0 : wanted);
        }

        _bytes = free;
        bytes.AsSpan(length, rest).CopyTo(_bytes);
        _filled = rest;
        _offset += length;
        block(new CsvBlock(bytes, length, offset, _check.TakeBefore(_offset)) { Return = _free.Add });
    }
}
