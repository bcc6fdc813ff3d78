using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class TensorRowsTests
{
    [Property(MaxTest = 300)]
    public void Rows_ConcatenatedAndSplit_AreTheirOwnersAgain(int seed)
    {
        Random random = new(seed);
        (string Name, TensorElementType Type, long[] Trailing)[] specs = [.. Enumerable.Range(0, random.Next(1, 5)).Select(i =>
            ($"t{i}", (TensorElementType)random.Next(14), Enumerable.Range(0, random.Next(3)).Select(_ => (long)random.Next(0, 4)).ToArray()))];
        long[] rows = [.. Enumerable.Range(0, random.Next(1, 7)).Select(_ => (long)random.Next(0, 5))];
        TensorSet[] sets = [.. rows.Select(r => Set(random, specs, r))];
        string[][] naive = [.. sets.Select(Elements)];
        Assert.All(sets, s => Assert.True(TensorRows.Join(sets[0], s) && TensorRows.Join(s, sets[0])));
        using TensorSet all = new();
        all.Prepare("left", TensorElementType.Int8, [1]);
        TensorRows.Concat(sets, all);
        TensorRows.RequireRows(all, rows.Sum());
        Assert.Equal(rows.Sum(), TensorRows.Count(all));
        for (int tensor = 0; tensor < specs.Length; tensor++)
        {
            Assert.Equal(specs[tensor].Trailing.Prepend(rows.Sum()), all[specs[tensor].Name].Shape);
            int i = IndexOf(all, specs[tensor].Name);
            Assert.Equal(string.Concat(sets.Select((s, n) => naive[n][IndexOf(s, specs[tensor].Name)])), Elements(all)[i]);
        }

        using TensorSet part = new();
        long offset = 0;
        for (int i = 0; i < sets.Length; i++)
        {
            TensorRows.Split(all, offset, rows[i], part);
            offset += rows[i];
            Assert.Equal(Named(sets[i], naive[i]), Named(part, Elements(part)));
            Assert.True(TensorRows.Join(sets[i], part));
        }

        // The parts depend on nobody's memory.
        TensorRows.Split(all, 0, rows[0], part);
        foreach (TensorSet set in (TensorSet[])[.. sets, all])
        {
            foreach ((_, TensorValue value) in set)
            {
                value.Raw.Fill(0x55);
            }

            set.Dispose();
        }

        Assert.Equal(Named(sets[0], naive[0]), Named(part, Elements(part)));
    }

    [Fact]
    public void Join_AnotherNameTypeOrShape_No()
    {
        using TensorSet set = TensorSet.Of(("x", Floats([2, 3])));
        Assert.True(TensorRows.Join(set, TensorSet.Of(("x", Floats([5, 3])))));
        Assert.False(TensorRows.Join(set, TensorSet.Of(("y", Floats([2, 3])))));
        Assert.False(TensorRows.Join(set, TensorSet.Of(("x", Floats([2, 4])))));
        Assert.False(TensorRows.Join(set, TensorSet.Of(("x", Floats([2])))));
        Assert.False(TensorRows.Join(set, TensorSet.Of(("x", TensorValue.From<int>(new int[6], [2, 3])))));
        Assert.False(TensorRows.Join(set, TensorSet.Of(("x", Floats([2, 3])), ("y", Floats([2, 3])))));
        Assert.False(TensorRows.Join(TensorSet.Of(("x", Floats([]))), TensorSet.Of(("x", Floats([])))));
    }

    [Fact]
    public void Split_MoreRowsThanThereAre_IsRefused()
    {
        using TensorSet set = TensorSet.Of(("x", Floats([2, 3])));
        using TensorSet part = new();
        Assert.Contains("'x' has 2 rows", Assert.Throws<ArgumentOutOfRangeException>(() => TensorRows.Split(set, 1, 2, part)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorRows.Split(set, -1, 1, part));
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorRows.Split(set, 0, -1, part));
        Assert.Contains("'x' the shape [2,3] for 4 rows", Assert.Throws<InvalidOperationException>(() => TensorRows.RequireRows(set, 4)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => TensorRows.RequireRows(TensorSet.Of(("x", Floats([]))), 1));
    }

    [Fact]
    public void Rows_SameBatchAgain_AllocatesNothing()
    {
        TensorSet[] sets = [.. Enumerable.Range(1, 4).Select(r => TensorSet.Of(("x", Floats([r, 3])), ("s", TensorValue.From(new string[r].Select(_ => "text").ToArray(), [r]))))];
        using TensorSet all = new();
        TensorSet[] parts = [.. sets.Select(_ => new TensorSet())];
        Assert.Equal(0, Allocation.Least(() =>
        {
            TensorRows.Concat(sets, all);
            for (int i = 0, at = 0; i < parts.Length; at += i + 1, i++)
            {
                TensorRows.Split(all, at, i + 1, parts[i]);
            }
        }));
    }

    private static TensorValue Floats(long[] shape) => TensorValue.From<float>(new float[TensorShape.Create(shape).ElementCount()], TensorShape.Create(shape));

    private static TensorSet Set(Random random, (string Name, TensorElementType Type, long[] Trailing)[] specs, long rows)
    {
        TensorSet set = new();
        foreach ((string name, TensorElementType type, long[] trailing) in specs.OrderBy(_ => random.Next()))
        {
            TensorValue value = set.Prepare(name, type, [rows, .. trailing]);
            random.NextBytes(value.Raw);
            for (int i = 0; type == TensorElementType.Bytes && i < value.Count; i++)
            {
                byte[] text = new byte[random.Next(6)];
                random.NextBytes(text);
                value.Texts[i] = text;
            }
        }

        return set;
    }

    /// <summary>Each tensor's elements as one text.</summary>
    private static string[] Elements(TensorSet set) => [.. set.Select(v => v.Value.Type == TensorElementType.Bytes
        ? string.Concat(v.Value.Texts.ToArray().Select(t => $"({Convert.ToHexString(t.Span)})"))
        : Convert.ToHexString(v.Value.Raw))];

    private static Dictionary<string, string> Named(TensorSet set, string[] elements) => set.Select((v, i) => (v.Key, elements[i])).ToDictionary();

    private static int IndexOf(TensorSet set, string name) => set.Select(v => v.Key).ToList().IndexOf(name);
}
