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
    [InlineData((byte)'x', false)]
    [InlineData((byte)',', false)]
    [InlineData((byte)'x', true)]
    public void TenGigabytesWithoutNewline_StopInBoundedMemory(byte content, bool quoted)
    {
        byte[] block = new byte[1 << 20];
        block.AsSpan().Fill(content);
        block[0] = quoted ? (byte)'"' : content;
        CsvScan scan = new("t.csv", new CsvOptions { Delimiter = ',', HasHeader = false }, ProfileDepth.Passing, threads: 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        scan.Write("a\n"u8);
        scan.Write(block);
        block[0] = content;
        for (int i = 1; i < 10_240; i++)
        {
            scan.Write(block);
        }

        TableSummary table = scan.Complete();
        Assert.Equal((TableProblemKind.TooLarge, 2L, 2L), (table.FirstError!.Kind, table.FirstError.Row, table.FirstError.Offset));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 800L << 20);
    }
}
