using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Data.Tests;

public sealed class CsvRowsTests
{
    private static readonly char[] Letters = ['a', ',', '"', '\n', '\r', ' ', 'é', '1'];

    // Blocks of a few bytes, so that they end everywhere; the delimiter is given, so that the sample is no matter.
    private static List<List<(string Text, bool Quoted)>> Read(byte[] bytes, int[] cuts, out TableProblem? stopped, int blockBytes = 7)
    {
        List<List<(string, bool)>> rows = [];
        TableProblem? problem = null;
        CsvBlocks blocks = new(
            new CsvOptions { Delimiter = ',' },
            blockBytes,
            block =>
            {
                CsvRows reader = new((byte)',');
                reader.Begin(block);
                for (int fields = reader.ReadRow(); fields >= 0; fields = reader.ReadRow())
                {
                    rows.Add([.. Enumerable.Range(0, fields).Select(i => (Encoding.UTF8.GetString(reader.Field(i)), reader.IsQuoted(i)))]);
                }

                problem ??= reader.Stopped;
            },
            p => problem ??= p);
        int at = 0;
        foreach (int cut in cuts.Select(c => Math.Abs(c % (bytes.Length + 1))).Order())
        {
            blocks.Write(bytes.AsSpan(at, cut - at));
            at = cut;
        }

        blocks.Write(bytes.AsSpan(at));
        blocks.Complete();
        stopped = problem;
        return rows;
    }

    [Property(MaxTest = 500)]
    public Property WhatWasWritten_IsRead() => Prop.ForAll(
        Gen.Elements(Letters).ListOf().Select(l => string.Concat(l)).ListOf().Where(r => r.Count > 0).ListOf().ToArbitrary(),
        ArbMap.Default.ArbFor<int[]>(),
        (rows, cuts) =>
        {
            foreach (string newline in new[] { "\n", "\r\n" })
            {
                byte[] bytes = Encoding.UTF8.GetBytes(NaiveCsv.Write(rows.Select(r => r.AsEnumerable()), ',', newline));
                Assert.Equal(rows.Select(r => r.ToList()), Read(bytes, cuts, out _).Select(r => r.Select(f => f.Text).ToList()));
            }
        });

    [Property(MaxTest = 2000)]
    public Property AnyText_CutAnywhere_EqualsNaive() => Prop.ForAll(
        Gen.Elements(Letters).ListOf().Select(l => string.Concat(l)).ToArbitrary(),
        ArbMap.Default.ArbFor<int[]>(),
        (text, cuts) =>
        {
            List<List<(string, bool)>> found = Read(Encoding.UTF8.GetBytes(text), cuts, out TableProblem? stopped);
            List<List<(string, bool)>>? expected = null;
            try
            {
                expected = NaiveCsv.Read(text, ',');
            }
            catch (IndexOutOfRangeException)
            {
                // the naive reader runs over the end where a quote is open
            }

            Assert.Equal(expected is null, stopped is { Kind: TableProblemKind.OpenQuote });
            if (expected is not null)
            {
                Assert.Equal(expected, found);
            }
        });

    [Theory]
    [InlineData("a,b\r\n1,2\r\n", "a|b;1|2")]
    [InlineData("a,b\n1,2", "a|b;1|2")]
    [InlineData("a,\"b\nc\"\n", "a|b\nc")]
    [InlineData("a,\"say \"\"hi\"\"\"", "a|say \"hi\"")]
    [InlineData("5\" pipe,x", "5\" pipe|x")]
    [InlineData("a\rb,c\n", "a\rb|c")]
    [InlineData(",\n", "|")]
    [InlineData("\"a\"b,c", "ab|c")]
    [InlineData("", "")]
    public void Examples(string text, string expected) =>
        Assert.Equal(expected, string.Join(";", Read(Encoding.UTF8.GetBytes(text), [], out _).Select(r => string.Join("|", r.Select(f => f.Text)))));

    [Fact]
    public void TooManyFields_StopsWithItsRow()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("a\n" + new string(',', CsvLimits.Fields + 1));
        Read(bytes, [], out TableProblem? stopped, 1 << 20);
        Assert.Equal((TableProblemKind.TooLarge, 1L, 2L), (stopped!.Kind, stopped.Row, stopped.Offset));
    }

    [Theory]
    [InlineData((byte)'x', false, 1)]
    [InlineData((byte)',', false, 1)]
    [InlineData((byte)'x', true, 1)]
    [InlineData((byte)'x', true, 2)]
    public void TenGigabytesWithoutNewline_StopInBoundedMemory(byte content, bool quoted, int threads)
    {
        CsvScan scan = new("t.csv", new CsvOptions { Delimiter = ',', HasHeader = false }, ProfileDepth.Passing, threads);
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (byte[] block in WithoutNewline(content, quoted))
        {
            scan.Write(block);
        }

        TableSummary table = scan.Complete();
        Assert.Equal((TableProblemKind.TooLarge, 2L, 2L), (table.FirstError!.Kind, table.FirstError.Row, table.FirstError.Offset));

        // a row may take 64 MiB; its buffers double up to that
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 160L << 20);
    }

    // A process that may have 256 MiB, whatever it allocates: a scan with its profile, and rows, of each kind.
    [Fact]
    public async Task TenGigabytesWithoutNewline_AreRefused_WithinAHeapOf256MiB()
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, [Program.Scanning]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x10000000";
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string[] lines = (await child.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await child.WaitForExitAsync();
        Assert.Equal((0, ""), (child.ExitCode, await errors));
        Assert.Equal(Enumerable.Repeat("TooLarge 2 2; rows: TooLarge", 3), lines);
    }

    internal static async Task ScanWithoutNewlineAsync()
    {
        foreach ((byte content, bool quoted) in new[] { ((byte)'x', false), ((byte)',', false), ((byte)'x', true) })
        {
            CsvScan scan = new("t.csv", new CsvOptions { Delimiter = ',', HasHeader = false }, ProfileDepth.Full, threads: 4);
            foreach (byte[] block in WithoutNewline(content, quoted))
            {
                scan.Write(block);
            }

            TableProblem problem = scan.Complete().FirstError!;
            TableSummary one = await new CsvFormat(new CsvOptions { Delimiter = ',', HasHeader = false }).ScanAsync(new MemoryStream("a\nb\n"u8.ToArray()), "t.csv");
            TableFormatException refused = await Assert.ThrowsAsync<TableFormatException>(async () =>
            {
                await using Stream rows = new Blocks(WithoutNewline(content, quoted).GetEnumerator());
                await foreach (ColumnBatch batch in new CsvFormat().ReadAsync(rows, one, null, 8192))
                {
                    Assert.Equal(1, batch.RowCount);
                }
            });
            await Console.Out.WriteLineAsync($"{problem.Kind} {problem.Row} {problem.Offset}; rows: {refused.Problems[0].Kind}");
        }
    }

    // One short row, then ten gigabytes of one byte; the first of them may be a quote.
    private static IEnumerable<byte[]> WithoutNewline(byte content, bool quoted)
    {
        yield return "a\n"u8.ToArray();
        byte[] block = new byte[1 << 20];
        block.AsSpan().Fill(content);
        byte[] first = [.. block];
        first[0] = quoted ? (byte)'"' : content;
        yield return first;
        for (int i = 1; i < 10_240; i++)
        {
            yield return block;
        }
    }

    private sealed class Blocks(IEnumerator<byte[]> blocks) : Stream
    {
        private byte[] _block = [];
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (_at == _block.Length)
            {
                if (!blocks.MoveNext())
                {
                    return 0;
                }

                (_block, _at) = (blocks.Current, 0);
            }

            int count = Math.Min(buffer.Length, _block.Length - _at);
            _block.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
