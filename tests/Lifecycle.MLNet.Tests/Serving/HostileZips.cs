namespace Lifecycle.MLNet.Tests.Serving;

/// <summary>Archives that must not reach ML.NET, each with a part of the reason.</summary>
internal sealed class HostileZips(byte[] good)
{
    private const string Token = "PublicKeyToken=cc7b13ffcd2ddd51";
    private const int Piece = 64 * 1024;

    private static readonly byte[] X = "x"u8.ToArray();

    public static IReadOnlyDictionary<string, (Func<HostileZips, byte[]> Make, string Reason)> All { get; } = new Dictionary<string, (Func<HostileZips, byte[]>, string)>
    {
        ["html page"] = (_ => "<html><body>404 Not Found</body></html>"u8.ToArray(), "no zip archive"),
        ["nothing"] = (_ => [], "no zip archive"),
        ["a picture"] = (_ => [0x89, 0x50, 0x4E, 0x47, .. new byte[500]], "no zip archive"),
        ["zip signature only"] = (_ => [.. "PK\x03\x04"u8, .. new byte[100]], "has no directory"),
        ["without directory"] = (z => z.Good[..(z.Good.Length - 22)], "has no directory"),
        ["cut in half"] = (z => z.Good[..(z.Good.Length / 2)], "has no directory"),
        ["cut by one byte"] = (z => z.Good[..^1], "has no directory"),
        ["bytes behind the end"] = (z => [.. z.Good, 1, 2, 3], "behind the end"),
        ["comment longer than said"] = (_ => RawZip.Write([new("a", X)], comment: "hello", commentLength: 2), "behind the end"),
        ["directory elsewhere"] = (_ => RawZip.Write([new("a", X)], directoryShift: 4), "does not end where"),
        ["more entries than said"] = (_ => RawZip.Write([new("a", X), new("b", X)], count: 1), "holds more"),
        ["fewer entries than said"] = (_ => RawZip.Write([new("a", X)], count: 2), "directory is broken"),
        ["ZIP64"] = (_ => RawZip.Write([new("a", X)], count: 0xFFFF), "ZIP64"),
        ["10,001 entries"] = (_ => RawZip.Write([.. Enumerable.Range(0, 10_001).Select(i => new RawEntry($"e{i}", []))]), "10001 entries; at most 10000"),
        ["way up"] = (_ => RawZip.Of(("../escape", X)), "leaves it"),
        ["way up in the middle"] = (_ => RawZip.Of(("a/../../b", X)), "leaves it"),
        ["way up with backslashes"] = (_ => RawZip.Of(("back\\..\\up", X)), "leaves it"),
        ["absolute"] = (_ => RawZip.Of(("/absolute", X)), "leaves it"),
        ["absolute with backslash"] = (_ => RawZip.Of(("\\absolute", X)), "leaves it"),
        ["drive"] = (_ => RawZip.Of(("C:\\windows", X)), "leaves it"),
        ["name with a zero"] = (_ => RawZip.Of(("a\0b", X)), "leaves it"),
        ["name of 600 bytes"] = (_ => RawZip.Of((new string('n', 600), X)), "name of 600 bytes"),
        ["without name"] = (_ => RawZip.Of((string.Empty, X)), "leaves it"),
        ["twice"] = (_ => RawZip.Of(("a", X), ("a", X)), "twice"),
        ["twice in another case and slash"] = (_ => RawZip.Of(("dir/a", X), ("dir\\A", X)), "twice"),
        ["file and folder of one name"] = (_ => RawZip.Of(("dir/a", X), ("dir/a/", [])), "twice"),
        ["link"] = (_ => RawZip.Write([new("passwd", "/etc/passwd"u8.ToArray()) { Attributes = 0xA1FF0000 }]), "is a link"),
        ["device"] = (_ => RawZip.Write([new("null", []) { Attributes = 0x21B60000 }]), "is a link or a device"),
        ["encrypted"] = (_ => RawZip.Write([new("a", X) { Flags = 1 }]), "is encrypted"),
        ["packed by another method"] = (_ => RawZip.Write([new("a", X) { Method = 12 }]), "by method 12"),
        ["another name before the bytes"] = (_ => RawZip.Write([new("a", X) { LocalName = "b" }]), "another one than"),
        ["entries of the same bytes"] = (_ => RawZip.Write([new("a", X), new("b", X) { SameAs = 0, LocalName = "a" }]), "another one than"),
        ["entries of the same bytes and name"] = (_ => RawZip.Write([new("a", X), new("a", X) { SameAs = 0 }]), "share bytes"),
        ["more packed bytes than there are"] = (_ => RawZip.Write([new("a", X) { PackedSize = 5_000_000 }]), "not there"),
        ["size larger than the bytes"] = (_ => RawZip.Write([new("a", X) { Size = 100 }]), "says 100 bytes and holds 1"),
        ["size smaller than the bytes"] = (_ => RawZip.Write([new("a", new byte[5_000]) { Size = 100 }]), "says 100 bytes and holds 5000"),
        ["check sum of other bytes"] = (_ => RawZip.Write([new("a", X) { Sum = 7 }]), "check sum"),
        ["bytes that do not inflate"] = (_ => RawZip.Write([new("a", X) { Packed = [0xFF, 0xFF, 0xFF, 0xFF] }]), "'a'"),
        ["bomb"] = (_ => RawZip.Write([new("Model.key", []) { Packed = RawZip.Zeros(511), Size = 511 << 20 }]), "more than 200 times"),
        ["bomb that says to be small"] = (_ => RawZip.Write([new("Model.key", []) { Packed = RawZip.Zeros(511), Size = 1_000 }]), "more than 200 times"),
        ["bomb that says to be large"] = (_ => RawZip.Write([new("Model.key", []) { Packed = RawZip.Zeros(600), Size = 600u << 20 }]), "larger than 536870912"),
        ["bomb of many entries below the ratio's size"] = (_ => Many(200, 1), "archive inflates to more than 200 times"),
        ["stored entries of more than 1 GiB together"] = (_ => RawZip.Write(
            [.. Enumerable.Range(0, 3).Select(i => new RawEntry($"e{i}", []) { Packed = new byte[2 << 20], Size = 400u << 20 })]), "more than 1073741824"),
        ["foreign loader"] = (_ => RawZip.Of(("Model.key", RawZip.Header("Contoso.Evil, Version=1.0.0.0"))), "'Contoso.Evil, Version=1.0.0.0'"),
        ["foreign loader with our name"] = (_ => RawZip.Of(("Model.key", RawZip.Header("Microsoft.ML.Data, PublicKeyToken=0123456789abcdef"))), "Microsoft.ML.Data"),
        ["foreign loader with our name and no token"] = (_ => RawZip.Of(("Model.key", RawZip.Header("Microsoft.ML.Data"))), "Microsoft.ML.Data"),
        ["foreign loader over two pieces"] = (_ => RawZip.Of(("Model.key", [.. new byte[Piece - 20], .. RawZip.Header("Contoso.Evil", 70_000)])), "Contoso.Evil"),
        ["foreign loader behind a good one"] = (_ => RawZip.Of(
            ("Model.key", RawZip.Header($"Microsoft.ML.Data, Version=1.0.0.0, Culture=neutral, {Token}")), ("Other", [1, 2, 3, .. RawZip.Header("Contoso.Evil")])), "Contoso.Evil"),
        ["foreign loader in a stored entry"] = (_ => RawZip.Write([new("Model.key", RawZip.Header("Contoso.Evil")) { Method = 0 }]), "Contoso.Evil"),
        ["loader that is no name"] = (_ => RawZip.Of(("Model.key", RawZip.Header("=,=,\0"))), "wants the assembly"),
        ["native carrier"] = (_ => RawZip.Of(("Model.key", RawZip.Header($"Microsoft.ML.OnnxTransformer, Version=1.0.0.0, Culture=neutral, {Token}"))), "OnnxTransformer"),
        ["state between rows"] = (_ => RawZip.Of(("Model.key", RawZip.Header($"Microsoft.ML.TimeSeries, Version=1.0.0.0, Culture=neutral, {Token}"))), "keeps state between rows"),
        ["custom mapping"] = (_ => RawZip.Of(("Model.key", RawZip.Header($"Microsoft.ML.Transforms, {Token}", loader: "customtransformer"))), "is a custom mapping"),
        ["name past the end"] = (_ => RawZip.Of(("Model.key", RawZip.Header($"Microsoft.ML.Data, {Token}", cut: 4))), "past the end"),
        ["name too long"] = (_ => RawZip.Of(("Model.key", RawZip.Header(new string('x', 4_000)))), "loader's name of 8000 bytes"),
        ["name before the header"] = (_ => RawZip.Of(("Model.key", RawZip.Header("Microsoft.ML.Data", offset: 8))), "at 8,"),
        ["name at a negative place"] = (_ => RawZip.Of(("Model.key", RawZip.Header("Microsoft.ML.Data", offset: long.MinValue))), "loader's name"),
        ["thousands of headers"] = (_ => RawZip.Of(("Model.key", [.. Enumerable.Repeat(RawZip.Header($"Microsoft.ML.Data, {Token}", offset: 500_000), 1_100).SelectMany(b => b)])), "loader's name"),
    };

    private byte[] Good => good;

    /// <summary>At every offset: a header begins so many bytes before the end of a piece, or behind it.</summary>
    public static byte[] HeaderAround(int offset) => RawZip.Of(("Model.key", [.. new byte[Piece + offset], .. RawZip.Header("Contoso.Evil", gap: 30)]));

    private static byte[] Many(int entries, int mebibytes)
    {
        byte[] zeros = RawZip.Zeros(mebibytes);
        uint sum = System.IO.Hashing.Crc32.HashToUInt32(new byte[mebibytes << 20]);
        return RawZip.Write([.. Enumerable.Range(0, entries).Select(i => new RawEntry($"e{i}", []) { Packed = zeros, Size = (uint)mebibytes << 20, Sum = sum })]);
    }
}
