using System.Text;
using System.Text.Unicode;

namespace Lifecycle.Data;

/// <summary>Whether bytes that go by in pieces are UTF-8 without NUL; keeps where they are not.</summary>
internal sealed class Utf8Check
{
    private readonly List<TableProblem> _badBytes = [];
    private readonly byte[] _open = new byte[4];
    private int _openLength;
    private long _offset;

    /// <summary>Says at which byte of the file the next piece begins.</summary>
    public void StartAt(long offset) => _offset = offset;

    /// <summary>The file is at its end.</summary>
    public void Complete()
    {
        if (_openLength > 0)
        {
            BadBytes(_offset - _openLength);
            _openLength = 0;
        }
    }

    /// <summary>What was found before a place of the file, in its order.</summary>
    public IReadOnlyList<TableProblem> TakeBefore(long offset)
    {
        if (_badBytes.Count == 0)
        {
            return [];
        }

        TableProblem[] taken = [.. _badBytes.Where(p => p.Offset < offset)];
        _badBytes.RemoveAll(p => p.Offset < offset);
        return taken;
    }

    /// <summary>The next bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        int next = 0;
        for (int at = bytes.IndexOf((byte)0); at >= 0 && _badBytes.Count <= TableSummary.MaximumProblems; at = bytes[next..].IndexOf((byte)0))
        {
            BadBytes(_offset + next + at, "a NUL byte stands there; if the file is UTF-16 or UTF-32, save it as UTF-8");
            next += at + 1;
        }

        int done = 0;
        while (_openLength > 0 && done < bytes.Length)
        {
            _open[_openLength++] = bytes[done++];
            switch (Rune.DecodeFromUtf8(_open.AsSpan(0, _openLength), out _, out int used))
            {
                case System.Buffers.OperationStatus.Done:
                    _openLength = 0;
                    break;
                case System.Buffers.OperationStatus.InvalidData:
                    BadBytes(_offset + done - _openLength);
                    done -= _openLength - used;
                    _openLength = 0;
                    break;
            }
        }

        ReadOnlySpan<byte> rest = bytes[done..];
        int open = OpenBytes(rest);
        rest[^open..].CopyTo(_open.AsSpan(_openLength));
        _openLength += open;
        rest = rest[..^open];
        while (!Utf8.IsValid(rest) && _badBytes.Count <= TableSummary.MaximumProblems)
        {
            int i = 0;
            int length = 0;
            System.Buffers.OperationStatus status = System.Buffers.OperationStatus.Done;
            while (status == System.Buffers.OperationStatus.Done)
            {
                i += length;
                status = Rune.DecodeFromUtf8(rest[i..], out _, out length);
            }

            BadBytes(_offset + bytes.Length - open - rest.Length + i);
            rest = rest[(i + length)..];
        }

        _offset += bytes.Length;
    }

    // How many bytes at the end begin a character that the next buffer may complete.
    private static int OpenBytes(ReadOnlySpan<byte> bytes)
    {
        for (int length = 1; length <= Math.Min(3, bytes.Length); length++)
        {
            if ((bytes[^length] & 0xC0) != 0x80)
            {
                return Rune.DecodeFromUtf8(bytes[^length..], out _, out _) == System.Buffers.OperationStatus.NeedMoreData ? length : 0;
            }
        }

        return 0;
    }

    private void BadBytes(long offset, string message = "the bytes there are not UTF-8; save the file as UTF-8")
    {
        if (_badBytes.Count <= TableSummary.MaximumProblems)
        {
            _badBytes.Add(new TableProblem(TableProblemKind.Encoding, 0, offset, message));
            _badBytes.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        }
    }
}
