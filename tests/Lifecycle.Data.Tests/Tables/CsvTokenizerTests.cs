using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Data.Tests;

public sealed class CsvTokenizerTests
{
    private static readonly char[] Letters = ['a', ',', '"', '\n', '\r', ' ', 'é', '1'];

    private static List<List<(string Text, bool Quoted)>> Read(byte[] bytes, int[] cuts, out TableProblem? stopped)
    {
        List<List<(string, bool)>> rows = [];
        CsvTokenizer tokenizer = new((byte)',', r => rows.Add(
            [.. Enumerable.Range(0, r.FieldCount).Select(i => (Encoding.UTF8.GetString(r.Field(i)), r.IsQuoted(i)))]));
        int at = 0;
        foreach (int cut in cuts.Select(c => Math.Abs(c % (bytes.Length + 1))).Order())
        {
            tokenizer.Feed(bytes.AsSpan(at, cut - at));
            at = cut;
        }

        tokenizer.Feed(bytes.AsSpan(at));
        tokenizer.Complete();
        stopped = tokenizer.Stopped;
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
        byte[] bytes = Encoding.UTF8.GetBytes("a\n" + new string(',', CsvTokenizer.MaximumFields + 1));
        Read(bytes, [], out TableProblem? stopped);
        Assert.Equal((TableProblemKind.TooLarge, 2L, 2L), (stopped!.Kind, stopped.Row, stopped.Offset));
    }

    [Fact]
    public void TenGigabytesWithoutNewline_StopAtTheFieldLimit()
    {
        CsvTokenizer tokenizer = new((byte)',', _ => Assert.Fail("there is no row"));
        byte[] block = new byte[1 << 20];
        block.AsSpan().Fill((byte)'x');
        for (int i = 0; i < 10_240 && tokenizer.Stopped is null; i++)
        {
            tokenizer.Feed(block);
        }

        Assert.Equal(TableProblemKind.TooLarge, tokenizer.Stopped!.Kind);
    }
}
