using System.Text;
using System.Text.Unicode;

namespace Lifecycle.Data;

/// <summary>
/// The bytes of a CSV on their way to the tokenizer: byte order mark, delimiter, and whether they are UTF-8 at all. Reports each problem
/// with the row it lies in.
/// </summary>
internal sealed class CsvFeed(CsvOptions options, Action<CsvTokenizer> row, Action<TableProblem> problem)
{
    public const int SampleBytes = 64 << 10;

    private static readonly byte[] Candidates = [(byte)',', (byte)';', (byte)'\t', (byte)'|'];

    private readonly List<TableProblem> _badBytes = [];
    private readonly byte[] _open = new byte[4];
    private int _openLength;
    private byte[]? _sample = [];
    private int _sampled;
    private CsvTokenizer? _tokenizer;
    private long _offset;
    private bool _refused;

    /// <summary>The options with the delimiter that is used.</summary>
    public CsvOptions Resolved { get; private set; } = options;

    /// <summary>Whether nothing more can be read.</summary>
    public bool IsStopped => _refused || _tokenizer?.Stopped is not null;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_sample is null)
        {
            Feed(bytes);
            return;
        }

        if (_sampled + bytes.Length > _sample.Length)
        {
            Array.Resize(ref _sample, Math.Max(_sampled + bytes.Length, Math.Min(SampleBytes, _sample.Length * 2)));
        }

        bytes.CopyTo(_sample.AsSpan(_sampled));
        _sampled += bytes.Length;
        if (_sampled >= SampleBytes)
        {
            Start(atEnd: false);
        }
    }

    public void Complete()
    {
        if (_sample is not null)
        {
            Start(atEnd: true);
        }

        if (_refused)
        {
            return;
        }

        if (_openLength > 0)
        {
            BadBytes(_offset - _openLength);
        }

        _tokenizer!.Complete();
        if (_tokenizer.Stopped is { } stopped)
        {
            problem(stopped);
        }

        Report(long.MaxValue, _tokenizer.Row + 1);
    }

    private void Start(bool atEnd)
    {
        ReadOnlySpan<byte> sample = _sample.AsSpan(0, _sampled);
        _sample = null;
        if (sample is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..])
        {
            _refused = true;
            problem(new TableProblem(TableProblemKind.Encoding, 1, 0, "the file is UTF-16; save it as UTF-8"));
            return;
        }

        if (sample is [0xEF, 0xBB, 0xBF, ..])
        {
            _offset = 3;
            sample = sample[3..];
        }

        Resolved = Resolved with { Delimiter = Resolved.Delimiter ?? (char)FindDelimiter(sample, atEnd) };
        _tokenizer = new CsvTokenizer(Resolved.DelimiterByte, OnRow);
        _tokenizer.StartAt(_offset);
        Feed(sample);
    }

    private void Feed(ReadOnlySpan<byte> bytes)
    {
        if (IsStopped)
        {
            return;
        }

        CheckBytes(bytes);
        _offset += bytes.Length;
        _tokenizer!.Feed(bytes);
    }

    private void OnRow(CsvTokenizer tokenizer)
    {
        if (_badBytes.Count > 0)
        {
            Report(tokenizer.RowEnd, tokenizer.Row);
        }

        row(tokenizer);
    }

    private void Report(long before, long number)
    {
        while (_badBytes.Count > 0 && _badBytes[0].Offset < before)
        {
            problem(_badBytes[0] with { Row = number });
            _badBytes.RemoveAt(0);
        }
    }

    private static byte FindDelimiter(ReadOnlySpan<byte> sample, bool atEnd)
    {
        byte best = Candidates[0];
        (int Rows, int Fields) bestScore = default;
        foreach (byte candidate in Candidates)
        {
            Dictionary<int, int> rowsOf = [];
            CsvTokenizer tokenizer = new(candidate, r =>
            {
                if (!r.IsBlank)
                {
                    rowsOf[r.FieldCount] = rowsOf.GetValueOrDefault(r.FieldCount) + 1;
                }
            });
            tokenizer.Feed(sample);
            if (atEnd)
            {
                tokenizer.Complete();
            }

            foreach ((int fields, int rows) in rowsOf)
            {
                if (fields > 1 && (rows, fields).CompareTo(bestScore) > 0)
                {
                    best = candidate;
                    bestScore = (rows, fields);
                }
            }
        }

        return best;
    }

    private void CheckBytes(ReadOnlySpan<byte> bytes)
    {
        int at = bytes.IndexOf((byte)0);
        if (at >= 0)
        {
            BadBytes(_offset + at, "a NUL byte stands there; if the file is UTF-16 or UTF-32, save it as UTF-8");
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
