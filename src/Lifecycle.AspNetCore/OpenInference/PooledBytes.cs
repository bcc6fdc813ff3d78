using System.Buffers;

namespace Lifecycle.AspNetCore;

/// <summary>Bytes in rented memory that grows as they come and is kept for the next request.</summary>
internal sealed class PooledBytes : IBufferWriter<byte>, IDisposable
{
    private const int Smallest = 1024;

    private byte[] _bytes = [];

    public int Length { get; private set; }

    public int Capacity => _bytes.Length;

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>Forgets the bytes and keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>Forgets the bytes, and gives the memory back when it is more than so many bytes.</summary>
    public void Trim(int keep)
    {
        Length = 0;
        if (_bytes.Length > keep)
        {
            Dispose();
        }
    }

    /// <summary>Makes room for so many bytes in all, so that what is written within them does not move.</summary>
    public void Reserve(int capacity)
    {
        if (_bytes.Length < capacity)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(capacity);
            Span.CopyTo(larger);
            Return();
            _bytes = larger;
        }
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - Length);
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Room(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Room(sizeHint);
        return _bytes.AsSpan(Length);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Room(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Write(byte value)
    {
        Room(1);
        _bytes[Length++] = value;
    }

    /// <summary>Gives the memory back; the next write rents new memory.</summary>
    public void Dispose()
    {
        Length = 0;
        Return();
        _bytes = [];
    }

    private void Room(int sizeHint)
    {
        int needed = Math.Max(sizeHint, 1);
        if (_bytes.Length - Length < needed)
        {
            long doubled = Math.Max(Smallest, Math.Max((long)Length + needed, 2L * _bytes.Length));
            Reserve((int)Math.Min(doubled, Math.Max((long)Length + needed, Array.MaxLength)));
        }
    }

    private void Return()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
