using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class RecordFormatTests
{
    private static readonly InferenceStamp Stamp = new("mortgage", "7", new Guid("0195503a-1b2c-7d3e-8f40-0123456789ab"), new DateTimeOffset(2026, 3, 1, 13, 2, 3, TimeSpan.FromHours(1)) + TimeSpan.FromTicks(4_567))
    {
        Arm = "champion",
        Propensity = 0.9,
        Duration = TimeSpan.FromMicroseconds(210),
    };

    [Fact]
    public void Record_Golden()
    {
        using TensorSet inputs = TensorSet.Of(
            ("x", TensorValue.From([5.1f, 1e20f, -0f, float.NaN], [1, 4])),
            ("name", TensorValue.From(["Zoë \"Q\"\n"], [1])));
        using TensorSet outputs = TensorSet.Of(("denied", TensorValue.From([true], [1, 1])), ("score", TensorValue.From([double.NegativeInfinity], [1, 1])));
        Assert.Equal(
            """
            {"v":1,"id":"0195503a1b2c7d3e8f400123456789ab","client_id":"order 12","at":"2026-03-01T12:02:03.0004567Z","model":"mortgage","version":"7","role":"primary","arm":"champion","propensity":0.9,"rows":1,"ms":0.21,"in":{"x":{"t":"FP32","s":[1,4],"d":[5.1,1E+20,-0,"NaN"]},"name":{"t":"BYTES","s":[1],"d":["Zoë \"Q\"\n"]}},"out":{"denied":{"t":"BOOL","s":[1,1],"d":[true]},"score":{"t":"FP64","s":[1,1],"d":["-Infinity"]}}}

            """.ReplaceLineEndings("\n"),
            Line(Stamp with { ClientId = "order 12" }, inputs, outputs));
    }

    [Theory]
    [InlineData("FP32", "100000000")]
    [InlineData("BYTES", "50000,1000")]
    public void Record_DamagedShape_IsRefused_BeforeMemoryIsTakenForIt(string type, string shape)
    {
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From([1f, 2f], [2])));
        string line = Line(Stamp, inputs, null).TrimEnd('\n');
        Assert.True(RecordReader.TryHead(Encoding.UTF8.GetBytes(line), whole: true, out _));
        byte[] damaged = Encoding.UTF8.GetBytes(line.Replace("\"t\":\"FP32\",\"s\":[2]", $"\"t\":\"{type}\",\"s\":[{shape}]", StringComparison.Ordinal));
        Assert.Contains(shape, Encoding.UTF8.GetString(damaged), StringComparison.Ordinal);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(RecordReader.TryHead(damaged, whole: true, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Contains("fewer elements", Assert.Throws<LifecycleStorageException>(() => RecordReader.Record(damaged, "test")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_Failed_HasErrorAndNoOutputs_AndBytesThatAreNoText()
    {
        TensorValue bytes = new(TensorElementType.Bytes);
        bytes.Reshape(TensorElementType.Bytes, [2]);
        bytes.Texts[0] = new byte[] { 0xFF, 0x00 };
        bytes.Texts[1] = Array.Empty<byte>();
        using TensorSet inputs = TensorSet.Of(("raw", bytes));
        string line = Line(Stamp with { Role = InferenceRole.Fallback, Error = "System.TimeoutException" }, inputs, null);
        Assert.EndsWith(
            "\"role\":\"fallback\",\"arm\":\"champion\",\"propensity\":0.9,\"rows\":1,\"ms\":0.21,\"error\":\"System.TimeoutException\",\"in\":{\"raw\":{\"t\":\"BYTES\",\"s\":[2],\"d\":[{\"b64\":\"/wA=\"},\"\"]}}}\n",
            line, StringComparison.Ordinal);
        InferenceRecord record = RecordReader.Record(Encoding.UTF8.GetBytes(line.TrimEnd('\n')), "test");
        Assert.Null(record.Outputs);
        Assert.Equal([0xFF, 0x00], record.Inputs["raw"].Texts[0].ToArray());
        Assert.Equal(Stamp with { Role = InferenceRole.Fallback, Error = "System.TimeoutException" }, record.Stamp);
    }

    [Fact]
    public void Record_ClientIdWithHalfACharacter_IsWritten()
    {
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From([1f], [1])));
        string line = Line(Stamp with { ClientId = "a\ud800\n\"b" }, inputs, null);
        using InferenceRecord record = RecordReader.Record(Encoding.UTF8.GetBytes(line.TrimEnd('\n')), "test");
        Assert.Equal("a\ufffd\n\"b", record.Stamp.ClientId);
    }

    [Property(MaxTest = 400)]
    public Property Record_AnyTensors_ReadBackBitForBit() => Prop.ForAll(Tensors.ToArbitrary(), draw =>
    {
        using TensorSet inputs = new();
        using TensorSet outputs = new();
        for (int i = 0; i < draw.Count; i++)
        {
            (i % 2 == 0 ? inputs : outputs).Add($"t {i} \"ü\\", draw[i].Value);
        }

        byte[] line = Encoding.UTF8.GetBytes(Line(Stamp, inputs, outputs).TrimEnd('\n'));
        Assert.DoesNotContain((byte)'\n', line);
        Assert.True(RecordReader.TryHead(line, whole: true, out RecordHead head));
        Assert.Equal((Stamp.RequestId, Stamp.At, "mortgage"), (head.Id, head.At, head.Model));
        using InferenceRecord record = RecordReader.Record(line, "test");
        Assert.Equal(Stamp, record.Stamp);
        AssertEqual(inputs, record.Inputs);
        AssertEqual(outputs, record.Outputs!);
    });

    [Property(MaxTest = 300)]
    public Property Line_CutOrChanged_IsNeverTakenForAnotherRequestAndNeverThrowsAnythingElse() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(int Place, byte Value, bool Cut)>(), draw =>
        {
            using TensorSet inputs = TensorSet.Of(("x", TensorValue.From([1f, 2f], [1, 2])), ("s", TensorValue.From(["a"], [1])));
            byte[] line = Encoding.UTF8.GetBytes(Line(Stamp, inputs, inputs).TrimEnd('\n'));
            int place = (int)((uint)draw.Place % (uint)line.Length);
            if (draw.Cut)
            {
                line = line[..place];
            }
            else
            {
                line[place] = draw.Value;
            }

            bool isHead = RecordReader.TryHead(line, whole: true, out _);
            if (draw.Cut)
            {
                Assert.False(isHead);
            }

            try
            {
                RecordReader.Record(line, "test").Dispose();
            }
            catch (LifecycleStorageException error)
            {
                Assert.Contains("newer build", error.Message, StringComparison.Ordinal);
                Assert.False(isHead);
            }
        });

    [Fact]
    public void Line_OfAnotherVersion_IsNotRead()
    {
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From([1f], [1])));
        byte[] line = Encoding.UTF8.GetBytes(Line(Stamp, inputs, null).Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal).TrimEnd('\n'));
        Assert.False(RecordReader.TryHead(line, whole: false, out _));
        Assert.Throws<LifecycleStorageException>(() => RecordReader.Record(line, "test"));
    }

    private static string Line(InferenceStamp stamp, TensorSet inputs, TensorSet? outputs)
    {
        LogCell record = default;
        RecordLayout layout = new(stamp, inputs, outputs, null);
        record.Fill(layout, stamp, inputs, outputs, 1, (int)LogCell.Measure(layout, inputs, outputs));
        return Encoding.UTF8.GetString(new RecordWriter().Write(record));
    }

    private static void AssertEqual(TensorSet expected, TensorSet actual)
    {
        Assert.Equal(expected.Select(t => t.Key), actual.Select(t => t.Key));
        foreach ((string name, TensorValue value) in expected)
        {
            Assert.Equal((value.Type, value.Shape), (actual[name].Type, actual[name].Shape));
            if (value.Type == TensorElementType.Bytes)
            {
                Assert.Equal(value.Texts.ToArray().Select(t => t.ToArray()), actual[name].Texts.ToArray().Select(t => t.ToArray()));
            }
            else
            {
                Assert.Equal(value.Raw.ToArray(), actual[name].Raw.ToArray());
            }
        }
    }

    // Any bits, but only the NaN that the format can tell.
    private static Gen<List<(TensorElementType Type, TensorValue Value)>> Tensors => Gen.ListOf(
        from type in Gen.Elements(Enum.GetValues<TensorElementType>())
        from count in Gen.Choose(0, 6)
        from seed in Gen.Choose(0, int.MaxValue)
        select (type, Value(type, count, new System.Random(seed)))).Select(l => l.ToList());

    private static TensorValue Value(TensorElementType type, int count, System.Random random)
    {
        TensorValue value = new(type);
        value.Reshape(type, count % 2 == 0 ? [count] : [1, count]);
        if (type == TensorElementType.Bytes)
        {
            for (int i = 0; i < count; i++)
            {
                byte[] bytes = new byte[random.Next(12)];
                random.NextBytes(bytes);
                value.Texts[i] = random.Next(2) == 0 ? bytes : Encoding.UTF8.GetBytes(new string([.. bytes.Select(b => (char)(b + (random.Next(4) == 0 ? 0x2000 : 0)))]));
            }

            return value;
        }

        random.NextBytes(value.Raw);
        for (int i = 0; i < count; i++)
        {
            switch (type)
            {
                case TensorElementType.Boolean:
                    value.Raw[i] &= 1;
                    break;
                case TensorElementType.Float16:
                    value.Span<Half>()[i] = random.Next(8) switch { 0 => Half.NaN, 1 => Half.PositiveInfinity, _ => Half.IsNaN(value.Span<Half>()[i]) ? Half.NaN : value.Span<Half>()[i] };
                    break;
                case TensorElementType.Float32:
                    value.Span<float>()[i] = random.Next(8) switch { 0 => float.NaN, 1 => float.NegativeInfinity, _ => float.IsNaN(value.Span<float>()[i]) ? float.NaN : value.Span<float>()[i] };
                    break;
                case TensorElementType.Float64:
                    value.Span<double>()[i] = random.Next(8) switch { 0 => double.NaN, 1 => double.PositiveInfinity, _ => double.IsNaN(value.Span<double>()[i]) ? double.NaN : value.Span<double>()[i] };
                    break;
                case TensorElementType.BFloat16:
                    ref ushort bits = ref value.Span<ushort>()[i];
                    bits = float.IsNaN(BFloat16.ToSingle(bits)) ? BFloat16.ToBits(float.NaN) : bits;
                    break;
            }
        }

        return value;
    }
}
