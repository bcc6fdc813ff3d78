using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>A request of a usual form takes no new memory once the first of its kind was answered.</summary>
public sealed class WireAllocationTests
{
    private const int Warm = 200;
    private const int Counted = 1000;

    [Theory]
    [InlineData("{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[5.1,3.5,1.4,0.2]}]}")]
    [InlineData("{\"id\":\"42\",\"inputs\":[{\"name\":\"x\",\"shape\":[2,4],\"datatype\":\"FP32\",\"data\":[[5.1,3.5,1.4,0.2],[1,2,3,\"NaN\"]]}],\"outputs\":[{\"name\":\"y\",\"parameters\":{\"binary_data\":true}}]}")]
    [InlineData("{\"inputs\":[{\"name\":\"t\",\"shape\":[2,1],\"datatype\":\"BYTES\",\"data\":[\"a\\n\\u00e9\",\"b\"]}],\"parameters\":{\"timeout\":1000,\"priority\":1,\"other\":{}}}")]
    public async Task ReadAndWrite_OfTheSameForm_AllocateNothing(string json)
    {
        ChunkReader sent = new(Encoding.UTF8.GetBytes(json), 4096);
        InferenceRequestPool pool = new();
        InferenceRequestReader reader = new(new());
        using TensorSet outputs = TensorSet.Of(("y", TensorValue.From([1.5f, 0.1f], [2, 1])));
        using PooledBytes body = new();
        for (int i = 0; i < Warm; i++)
        {
            await OnceAsync();
        }

        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            // The thread is counted: all of it ends without waiting.
            int thread = Environment.CurrentManagedThreadId;
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Counted; i++)
            {
                await OnceAsync();
            }

            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least / Counted);

        async ValueTask OnceAsync()
        {
            InferenceRequest request = pool.Rent();
            await BodyReader.ReadAsync(sent.Again(), null, null, 16_777_216, request.Body, CancellationToken.None);
            reader.Read(request, null, Wire.Linear);
            request.CheckOutputs(Wire.Linear);
            request.Response.Write(request, "linear", "7", outputs, Wire.Linear, InferenceDialect.Default);
            body.Clear();
            request.Response.CopyTo(body);
            pool.Return(request);
        }
    }

    [Fact]
    public void Request_AfterALargeOne_GivesItsMemoryBack()
    {
        using InferenceRequest request = Wire.Read(Wire.X("FP64", "[1000000]", "[" + string.Join(',', Enumerable.Repeat("1", 1_000_000)) + "]"));
        Assert.Equal(1_000_000, request.Inputs["x"].Count);
        request.Rest();
        Assert.Equal(0, request.Body.Capacity);
        Assert.Empty(request.Inputs);
        request.Body.Write("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[1]}]}"u8);
        new InferenceRequestReader(new()).Read(request);
        Assert.Equal("x INT8[1]: 1", Wire.Show(request.Inputs));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Request_WhoseAnswerWasLarge_GivesItsMemoryBack_AndKeepsTheUsual(bool isText)
    {
        using InferenceRequest request = Wire.Read(Wire.X("INT8", "[1]", "[1]"));
        TensorSet usual = request.Outputs;
        Fill(usual, 100, 10);
        TensorValue value = usual["y"];
        request.Rest();
        Assert.Same(usual, request.Outputs);
        Fill(request.Outputs, 100, 10);
        Assert.Same(value, request.Outputs["y"]);

        Fill(request.Outputs, isText ? 1 : 1_000_000, 4_000_000);
        request.Rest();
        Assert.NotSame(usual, request.Outputs);
        Assert.Empty(request.Outputs);
        Fill(request.Outputs, 1, 1);

        void Fill(TensorSet outputs, int count, int length)
        {
            outputs.Clear();
            TensorValue filled = outputs.Prepare("y", isText ? TensorElementType.Bytes : TensorElementType.Float32, [count]);
            for (int i = 0; isText && i < count; i++)
            {
                filled.SetText(i, new string('a', length));
            }
        }
    }
}
