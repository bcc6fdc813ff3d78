using System.Globalization;
using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Damaged bodies, the same ones in every run: they are read or refused, and the request that held them reads the next good one.</summary>
public sealed class ReaderFuzzTests
{
    private static readonly int Bodies = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full" ? 1_000_000 : 100_000;

    // Small limits, so that damaged bodies come to them.
    private static readonly OpenInferenceOptions Options = new()
    {
        MaxElements = 4000, MaxRows = 40, MaxInputs = 4, MaxOutputs = 4, MaxParameters = 8, MaxJsonDepth = 12, MaxIdLength = 12, MaxTextBytes = 40,
    };

    private static readonly TensorSignature Signature = new(
        [new("x", TensorElementType.Float32, [-1, 2]), new("t", TensorElementType.Bytes, [-1, 1])],
        [new("y", TensorElementType.Float32, [-1, 1])]);

    private static readonly TensorSignature Single = new([new("x", TensorElementType.Float32, [-1, -1])], []);

    [Fact]
    public void DamagedBodies_AreReadOrRefused()
    {
        List<(byte[] Body, string? Header)> seeds = [.. Seeds()];
        InferenceRequestReader reader = new(Options);
        using InferenceRequest request = new();
        WireMutation mutation = new(20_260_501);
        int read = 0;
        HashSet<int> statuses = [];
        for (int i = 0; i < Bodies; i++)
        {
            (byte[] body, string? header) = seeds[mutation.Random.Next(seeds.Count)];
            byte[] damaged = mutation.Body(body, seeds[mutation.Random.Next(seeds.Count)].Body);
            string? damagedHeader = mutation.Header(header);
            TensorSignature? signature = mutation.Random.Next(3) switch { 0 => null, 1 => Signature, _ => Single };
            if (Attempt(request, damaged, () => reader.Read(request, damagedHeader, signature), statuses, i))
            {
                read++;
                Check(request);
            }
            else
            {
                ReadGood(reader, request);
            }
        }

        Assert.Equal([400, 501], statuses.Order());
        // Damage that does not matter is read, so that the check of what was read means something.
        Assert.InRange(read, Bodies / 50, Bodies / 2);
    }

    [Fact]
    public void DamagedRows_AreReadOrRefused()
    {
        byte[][] seeds = [.. new[]
        {
            "{\"instances\":[[1,2],[3,4]],\"parameters\":{\"a\":[1]}}", "{\"instances\":[{\"x\":[1,2],\"t\":\"a\\u0062\"},{\"t\":\"b\",\"x\":[\"NaN\",4]}]}", "{\"instances\":[[[1,2],\"t\"]]}",
            "[1,2]\n[3,4]\r\n\n{\"x\":[5,6]}\n", "1,2\n3,4\r\n", "1,2,\"a \"\"b\"\"\r\nc\"\nnan,-inf,d\n",
        }.Select(Encoding.UTF8.GetBytes)];
        InstanceRows rows = new(Options);
        InferenceRequestReader reader = new(Options);
        using InferenceRequest request = new();
        WireMutation mutation = new(20_260_502);
        int read = 0;
        HashSet<int> statuses = [];
        for (int i = 0; i < Bodies / 2; i++)
        {
            byte[] damaged = mutation.Body(seeds[mutation.Random.Next(seeds.Length)], seeds[mutation.Random.Next(seeds.Length)]);
            TensorSignature signature = mutation.Random.Next(3) switch
            {
                0 => Signature,
                1 => new([new("x", TensorElementType.Float32, [-1, 2])], []),
                _ => Single,
            };
            int kind = mutation.Random.Next(4);
            bool isRead = Attempt(
                request,
                damaged,
                () => _ = kind switch
                {
                    0 => rows.ReadJson(request, signature),
                    1 => rows.ReadJsonLines(request, signature),
                    2 => rows.ReadCsv(request, signature),
                    _ => rows.HasInstances(request) ? rows.ReadJson(request, signature) : 0,
                },
                statuses,
                i);
            if (isRead)
            {
                read++;
                Check(request);
            }
            else
            {
                ReadGood(reader, request);
            }
        }

        Assert.Equal([400, 501], statuses.Order());
        Assert.InRange(read, Bodies / 100, Bodies / 4);
    }

    private static bool Attempt(InferenceRequest request, byte[] damaged, Action read, HashSet<int> statuses, int index)
    {
        request.Body.Clear();
        request.Body.Write(damaged);
        try
        {
            read();
            return true;
        }
        catch (InferenceWireException error)
        {
            statuses.Add(error.Status);
            Assert.True(error.Message.Length is > 20 and < 2000 && !error.Message.Any(char.IsControl), error.Message);
            return false;
        }
        catch (Exception error)
        {
            Assert.Fail($"Body {index} ({Convert.ToHexString(damaged)}) threw {error}");
            return false;
        }
    }

    // All that was read can be walked, and stands within the limits.
    private static void Check(InferenceRequest request)
    {
        long elements = 0;
        foreach ((string name, TensorValue value) in request.Inputs)
        {
            Assert.NotEmpty(name);
            Assert.Equal(value.Shape.ElementCount(), value.Count);
            elements += value.Count;
            if (value.Type == TensorElementType.Bytes)
            {
                foreach (ReadOnlyMemory<byte> text in value.Texts)
                {
                    Assert.InRange(text.Span.Length, 0, Options.MaxTextBytes);
                }
            }
            else if (value.Type == TensorElementType.Boolean)
            {
                Assert.False(value.Raw.ContainsAnyExcept((byte)0, (byte)1));
            }
        }

        Assert.InRange(elements, 0, Options.MaxElements);
    }

    private static void ReadGood(InferenceRequestReader reader, InferenceRequest request)
    {
        request.Body.Clear();
        request.Body.Write("{\"inputs\":[{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[1.5,-2]},{\"name\":\"t\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"a\\n\"]}]}"u8);
        reader.Read(request);
        if (request.Inputs.Count != 2 || request.Inputs["x"].Span<float>() is not [1.5f, -2f] || !request.Inputs["t"].Texts[0].Span.SequenceEqual("a\n"u8) || request.HasId)
        {
            Assert.Fail($"A good body was read as {Wire.Show(request.Inputs)}.");
        }
    }

    private static IEnumerable<(byte[] Body, string? Header)> Seeds()
    {
        string[] texts =
        [
            Wire.X("FP32", "[2,2]", "[[1.5,2],[3,\"NaN\"]]"),
            Wire.X("INT64", "[3]", "[1,-9223372036854775808,3]"),
            Wire.X("BYTES", "[2,1]", "[\"a\\u00e9\\n\",\"bc\"]"),
            Wire.X("BOOL", "[4]", "[true,false,1,0]"),
            Wire.Input("\"data\":[1,2,3,4],\"parameters\":{\"a\":{\"b\":[1,2]}},\"datatype\":\"FP16\",\"shape\":[2,2],\"name\":\"x\""),
            "{\"id\":\"42\",\"parameters\":{\"timeout\":5000,\"priority\":1,\"routing_key\":\"k\",\"binary_data_output\":true},\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"UINT8\",\"data\":[7]}],"
                + "\"outputs\":[{\"name\":\"y\",\"parameters\":{\"binary_data\":false}},{\"name\":\"z\"}]}",
            "{\"inputs\":[],\"parameters\":{\"sequence_id\":1}}",
        ];
        foreach (string text in texts)
        {
            yield return (Encoding.UTF8.GetBytes(text), null);
        }

        RandomTensors random = new(7);
        for (int i = 0; i < 12; i++)
        {
            TensorElementType[] types = Enum.GetValues<TensorElementType>();
            List<(string, TensorValue, bool)> inputs = [];
            for (int input = 0; input < 3; input++)
            {
                TensorElementType type = types[random.Random.Next(types.Length)];
                bool isBinary = type == TensorElementType.BFloat16 || random.Random.Next(3) > 0;
                inputs.Add((input == 0 ? "x" : "x" + input.ToString(CultureInfo.InvariantCulture), random.Value(type, !isBinary), isBinary));
            }

            yield return random.Body(inputs);
        }

        yield return (new byte[16], "0");
    }
}
