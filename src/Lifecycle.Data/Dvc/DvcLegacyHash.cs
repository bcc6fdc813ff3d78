namespace Lifecycle.Data;

/// <summary>
/// <c>md5-dos2unix</c>, the hash of DVC 2 and before: each mebibyte is looked at by its first 512 bytes; in one that looks like text CRLF counts
/// as LF, then MD5. A CRLF across two mebibytes stays. Only read, never written.
/// </summary>
internal sealed class DvcLegacyHash : IDisposable
{
    private const int BlockBytes = 1 << 20;
    private const int Looked = 512;
    private const double MostNonText = 0.30;

    private readonly Md5Stream _md5 = new();
    private readonly byte[] _block = new byte[BlockBytes];
    private int _held;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int taken = Math.Min(bytes.Length, BlockBytes - _held);
            bytes[..taken].CopyTo(_block.AsSpan(_held));
            _held += taken;
            bytes = bytes[taken..];
            if (_held == BlockBytes)
            {
                Drain();
            }
        }
    }

    public Md5Hash Finish()
    {
        Drain();
        return _md5.Finish();
    }

    public void Dispose() => _md5.Dispose();

    private void Drain()
    {
        Span<byte> block = _block.AsSpan(0, _held);
        _held = 0;
        if (IsText(block[..Math.Min(Looked, block.Length)]))
        {
            block = block[..Convert(block)];
        }

        _md5.Append(block);
    }

    private static bool IsText(ReadOnlySpan<byte> first)
    {
        if (first.IsEmpty)
        {
            return true;
        }

        int other = 0;
        foreach (byte b in first)
        {
            if (b == 0)
            {
                return false;
            }

            other += b is (>= 0x20 and <= 0x7E) or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'\f' or (byte)'\b' ? 0 : 1;
        }

        return (double)other / first.Length <= MostNonText;
    }

    // CRLF becomes LF in place; returns the new length.
    private static int Convert(Span<byte> block)
    {
        int length = 0;
        for (int i = 0; i < block.Length; i++)
        {
            if (block[i] == '\r' && i + 1 < block.Length && block[i + 1] == '\n')
            {
                continue;
            }

            block[length++] = block[i];
        }

        return length;
    }
}
