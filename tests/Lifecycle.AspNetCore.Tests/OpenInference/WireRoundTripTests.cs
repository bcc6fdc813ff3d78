using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>What is written reads back to the same bits, for every type and any shape.</summary>
public sealed class WireRoundTripTests
{
    private static readonly TensorElementType[] Types = Enum.GetValues<TensorElementType>();

    [Property(MaxTest = 500)]
    public void Inputs_OfAnyForm_AreReadToTheBit(int seed)
    {
        RandomTensors random = new(seed);
        List<(string Name, TensorValue Value, bool Binary)> inputs = [];
        int count = random.Random.Next(0, 5);
        for (int i = 0; i < count; i++)
        {
            TensorElementType type = Types[random.Random.Next(Types.Length)];
            bool isBinary = random.Random.Next(2) == 0 || type == TensorElementType.BFloat16;
            inputs.Add(($"x{i}", random.Value(type, !isBinary), isBinary));
        }

        (byte[] body, string? header) = random.Body(inputs);
        using InferenceRequest request = Wire.Read(body, header);
        Assert.Equal(inputs.Count, request.Inputs.Count);
        for (int i = 0; i < inputs.Count; i++)
        {
            Assert.Equal(inputs[i].Name, request.Inputs[i].Key);
            Assert.True(RandomTensors.AreEqual(inputs[i].Value, request.Inputs[i].Value), $"seed {seed}, input {i}: {Encoding.UTF8.GetString(body)}");
        }
    }

    [Property(MaxTest = 500)]
    public void Outputs_OfAnyForm_AreWrittenToTheBit(int seed)
    {
        RandomTensors random = new(seed);
        using TensorSet outputs = new();
        List<string> asked = [];
        int count = random.Random.Next(1, 5);
        for (int i = 0; i < count; i++)
        {
            TensorElementType type = Types[random.Random.Next(Types.Length)];
            bool isBinary = random.Random.Next(2) == 0 || type == TensorElementType.BFloat16;
            outputs.Add($"y{i}", random.Value(type, !isBinary));
            asked.Add($"{{\"name\":\"y{i}\",\"parameters\":{{\"binary_data\":{(isBinary ? "true" : "false")}}}}}");
        }

        using InferenceRequest request = Wire.Read("{\"inputs\":[],\"outputs\":[" + string.Join(',', asked.OrderBy(_ => random.Random.Next())) + "]}");
        (byte[] body, int? header) = Wire.Answer(request, outputs);
        Back(outputs, request, body, header);
    }

    [Fact]
    public void EveryHalf_GoesThroughJson()
    {
        Half[] halves = [.. Enumerable.Range(0, 65536).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).Where(h => !Half.IsNaN(h))];
        using TensorSet outputs = TensorSet.Of(("y", TensorValue.From<Half>(halves, [halves.Length])));
        using InferenceRequest request = Wire.Read("{\"inputs\":[]}");
        (byte[] body, int? header) = Wire.Answer(request, outputs);
        Back(outputs, request, body, header);
    }

    // An answer becomes a request by its array of outputs, which has the form of inputs.
    private static void Back(TensorSet outputs, InferenceRequest asked, byte[] body, int? header)
    {
        int length = header ?? body.Length;
        using JsonDocument json = JsonDocument.Parse(body.AsMemory(0, length));
        byte[] again = Encoding.UTF8.GetBytes("{\"inputs\":" + json.RootElement.GetProperty("outputs").GetRawText() + "}");
        string? againHeader = header is null ? null : again.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using InferenceRequest read = Wire.Read([.. again, .. body[length..]], againHeader);
        Assert.Equal(outputs.Count, read.Inputs.Count);
        for (int i = 0; i < read.Inputs.Count; i++)
        {
            (string name, TensorValue value) = read.Inputs[i];
            Assert.Equal(asked.OutputCount > 0 ? asked.Output(i).Name : outputs[i].Key, name);
            Assert.True(RandomTensors.AreEqual(outputs[name], value), $"{name}: {Encoding.UTF8.GetString(body)}");
        }
    }
}
