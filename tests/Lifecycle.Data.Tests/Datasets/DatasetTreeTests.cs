using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Data.Tests;

public sealed class DatasetTreeTests
{
    private static DatasetFile File(string path, string content, bool executable = false) =>
        new(path, Encoding.UTF8.GetByteCount(content), Digest.Of(Encoding.UTF8.GetBytes(content)), executable);

    [Fact]
    public void EmptyTree_IsGolden() =>
        Assert.Equal("59a431cc71b7fd2a5317bcfa7e90a04fb6682233a560d7a6ec2d249cd69447dc", Digest.Of(DatasetTree.Write([])).Hex);

    [Fact]
    public void MixedTree_IsGolden()
    {
        DatasetFile[] files =
        [
            File("😀.txt", "z"), File("sub/x", "x"), File("run.sh", "#!/bin/sh\n", executable: true), File("\uE000", "p"),
            File("a b.txt", "hello\n"), File("tab\there", "t"), File("sub-x", ""),
        ];
        byte[] tree = DatasetTree.Write(files);
        Assert.Equal("70c5960b87d4024a5c145b9c934a35438fbb870cbd1caa4c8c9133abd4ff03f5", Digest.Of(tree).Hex);
        Assert.Equal(["a b.txt", "run.sh", "sub-x", "sub/x", "tab\there", "\uE000", "😀.txt"], DatasetTree.Parse(tree).Select(f => f.Path));
    }

    [Fact]
    public void HmdaAlone_IsGolden()
    {
        byte[] bytes = System.IO.File.ReadAllBytes(Samples.Hmda);
        Assert.Equal(234_315, bytes.Length);
        Digest file = Digest.Of(bytes);
        Assert.Equal("958315173bfa5fed71fed6a17547dbc4b91774b02d082c167371266582eed758", file.Hex);
        Assert.Equal(
            "400548ea4f08ec2282160743f2ff08ac15196d4b11320ef1c89ca867e446bd36",
            Digest.Of(DatasetTree.Write([new DatasetFile("hmda.csv", bytes.Length, file)])).Hex);
    }

    [Property(MaxTest = 300)]
    public Property WhatWasWritten_IsParsed() => Prop.ForAll(
        Gen.Elements("a", "é", "\n", "\\", "\t", "\r", "\u0001", "\u007f", " ", "/", "😀", "\uFFFF").NonEmptyListOf().Select(l => string.Concat(l)).ListOf().ToArbitrary(),
        paths =>
        {
            DatasetFile[] files = [.. paths.Distinct().Select((p, i) => new DatasetFile(p, i, Digest.Of([(byte)i]), i % 2 == 0))];
            IReadOnlyList<DatasetFile> parsed = DatasetTree.Parse(DatasetTree.Write(files));
            Assert.Equal(files.OrderBy(f => Convert.ToHexString(Encoding.UTF8.GetBytes(f.Path)), StringComparer.Ordinal), parsed);
        });

    [Fact]
    public void AnyChangedByte_IsRefusedOrAnotherTree()
    {
        byte[] tree = DatasetTree.Write([File("a\\b\n", "1"), File("x/y", "22", executable: true)]);
        for (int i = 0; i < tree.Length; i++)
        {
            foreach (byte value in new byte[] { 0, (byte)'\n', (byte)' ', (byte)'9', (byte)'z', (byte)'\\', 0xFF })
            {
                byte[] changed = [.. tree];
                changed[i] = value;
                try
                {
                    Assert.Equal(changed, DatasetTree.Write(DatasetTree.Parse(changed)));
                }
                catch (TreeFormatException)
                {
                    Assert.NotEqual(tree, changed);
                }
            }
        }
    }

    [Fact]
    public void CutTrees_AreRefused()
    {
        byte[] tree = DatasetTree.Write([File("a", "1"), File("b", "2")]);
        for (int length = 0; length < tree.Length; length++)
        {
            Assert.Throws<TreeFormatException>(() => DatasetTree.Parse(tree.AsSpan(0, length)));
        }
    }

    [Fact]
    public void DuplicatesAndOtherVersions_AreRefused()
    {
        Assert.Throws<TreeFormatException>(() => DatasetTree.Parse(DatasetTree.Write([File("a", "1"), File("a", "2")])));
        Assert.Throws<TreeFormatException>(() => DatasetTree.Parse("lifecycle.tree/2\n= 0 0\n"u8));
    }

    [Fact]
    public void AListThatNobodyCouldRead_IsNotWritten()
    {
        DatasetFile[] files = [new("a", 1, Digest.Of("a"u8)), new("b", 1, Digest.Of("b"u8))];
        byte[] tree = DatasetTree.Write(files);
        Assert.Equal(tree, DatasetTree.Write(files, tree.Length));
        DatasetException e = Assert.Throws<DatasetException>(() => DatasetTree.Write(files, tree.Length - 1));
        Assert.Contains("2 files", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{tree.Length - 1} bytes", e.Message, StringComparison.Ordinal);
        Assert.Throws<DatasetException>(() => DatasetTree.Write(files, 100));
    }
}
