using System.Globalization;
using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class TensorCoercionTests
{
    private const string Allowed = """
        UINT8: UINT16 UINT32 UINT64 INT16 INT32 INT64 FP32
        UINT16: UINT32 UINT64 INT32 INT64 FP32
        UINT32: UINT64 INT64
        INT8: INT16 INT32 INT64 FP32
        INT16: INT32 INT64 FP32
        INT32: INT64
        FP32: FP64
        """;

    [Fact]
    public void Lossless_EveryPairOfTypes_WidensTheListedOnes()
    {
        string actual = string.Join('\n', Enum.GetValues<TensorElementType>()
            .Select(from => (from, To: Enum.GetValues<TensorElementType>().Where(to => TensorWidening.Widens(from, to)).ToArray()))
            .Where(p => p.To.Length > 0)
            .Select(p => $"{p.from.ProtocolName()}: {string.Join(' ', p.To.Select(t => t.ProtocolName()))}"));
        Assert.Equal(Sorted(Allowed), Sorted(actual));
    }

    [Property(MaxTest = 100)]
    public void Lossless_AnyBits_KeepTheirValues(int seed)
    {
        Random random = new(seed);
        foreach (TensorElementType from in Enum.GetValues<TensorElementType>())
        {
            foreach (TensorElementType to in Enum.GetValues<TensorElementType>().Where(t => TensorWidening.Widens(from, t)))
            {
                using TensorSet set = new();
                TensorValue value = set.Prepare("x", from, [random.Next(5), 2]);
                TensorShape shape = value.Shape;
                random.NextBytes(value.Raw);
                string[] before = Texts(value);
                TensorWidening.Widen(set, new TensorSignature([new("x", to, [-1, 2])], []));
                Assert.Same(value, set["x"]);
                Assert.Equal((to, shape), (value.Type, value.Shape));
                Assert.Equal(before, Texts(value));
            }
        }
    }

    [Fact]
    public void Lossless_TypesThatLose_StayForTheCheck()
    {
        TensorSignature signature = new([new("x", TensorElementType.Int32, [-1])], []);
        using TensorSet set = TensorSet.Of(("x", TensorValue.From<long>([1], [1])), ("other", TensorValue.From<byte>([1], [1])));
        TensorWidening.Widen(set, signature);
        Assert.Equal("x INT64[1], other UINT8[1]", set.ToString());
        Assert.DoesNotContain("Lossless", Assert.Throws<InvalidInputException>(() => signature.Check(set)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_TypeThatCouldBeWidened_SaysSo()
    {
        TensorSignature signature = new([new("x", TensorElementType.Float32, [-1])], []);
        using TensorSet set = TensorSet.Of(("x", TensorValue.From<short>([1], [1])));
        Assert.Equal(
            "The input 'x' is FP32; INT16 came. Send FP32, or serve the model with TensorCoercion.Lossless.",
            Assert.Throws<InvalidInputException>(() => signature.Check(set)).Message);
        TensorWidening.Widen(set, signature);
        Assert.Equal(1, signature.Check(set));
    }

    private static string[] Sorted(string lines) => [.. lines.Split('\n', StringSplitOptions.TrimEntries)
        .Select(l => string.Join(' ', l.Split(' ').Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal)];

    /// <summary>The values as decimals or, not finite, as words.</summary>
    private static string[] Texts(TensorValue value) => value.Type switch
    {
        TensorElementType.Float32 => [.. value.Span<float>().ToArray().Select(f => ((double)f).ToString("R", CultureInfo.InvariantCulture))],
        TensorElementType.Float64 => [.. value.Span<double>().ToArray().Select(d => d.ToString("R", CultureInfo.InvariantCulture))],
        TensorElementType.UInt8 => [.. value.Span<byte>().ToArray().Select(v => v.ToString(CultureInfo.InvariantCulture))],
        TensorElementType.UInt16 => [.. value.Span<ushort>().ToArray().Select(v => v.ToString(CultureInfo.InvariantCulture))],
        TensorElementType.UInt32 => [.. value.Span<uint>().ToArray().Select(v => v.ToString(CultureInfo.InvariantCulture))],
        TensorElementType.UInt64 => [.. value.Span<ulong>().ToArray().Select(v => v.ToString(CultureInfo.InvariantCulture))],
        TensorElementType.Int8 => [.. value.Span<sbyte>().ToArray().Select(v => v.ToString(CultureInfo.InvariantCulture))],
        TensorElementType.Int16 => [.. value.Span<short>().ToArray().Select(v => v.ToString(CultureInfo.InvariantCulture))],
        TensorElementType.Int32 => [.. value.Span<int>().ToArray().Select(v => v.ToString(CultureInfo.InvariantCulture))],
        _ => [.. value.Span<long>().ToArray().Select(v => v.ToString(CultureInfo.InvariantCulture))],
    };
}
