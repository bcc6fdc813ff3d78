using Lifecycle.Serving;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>What callers at half load notice of a shadow that gets every request and hangs.</summary>
internal static class ShadowFigures
{
    private const string Name = "dense";
    private const int Width = 64;
    private const int Hidden = 256;

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        using ManualResetEventSlim end = new();
        bool hangs = false;
        void Hang(TensorSet inputs, TensorSet outputs)
        {
            if (Volatile.Read(ref hangs))
            {
                end.Wait();
            }

            Dense(inputs, outputs);
        }

        TensorSignature signature = new(
            [new TensorSpec("x", TensorElementType.Float32, [-1, Width])], [new TensorSpec("y", TensorElementType.Float32, [-1, 1])]);
        await using ModelHost plain = await ModelHost.StartAsync(h => h.Serve(Name, s => s.FromFunction("v1", signature, Dense).Split(("v1", 100))));
        await using ModelHost shadowed = await ModelHost.StartAsync(
            h => h.Serve(Name, s => s.FromFunction("v1", signature, Dense).FromFunction("v2", signature, Hang).Split(("v1", 100)).Shadow("v2")));
        Volatile.Write(ref hangs, true);
        (double with, double without) = await ServingRounds.InterleavedAsync(
            () => Callers.P99Async(shadowed.Model(Name), Width, Callers.HalfLoad, ServingRounds.Window),
            () => Callers.P99Async(plain.Model(Name), Width, Callers.HalfLoad, ServingRounds.Window));
        ShadowReport report = shadowed.Model(Name).ShadowReport;
        end.Set();
        ServingRounds.Note($"serving.shadow.p99: {with / 1e3:F1} us with, {without / 1e3:F1} us without; {report.Dropped} copies were dropped");
        yield return new Figure("serving.shadow.p99", with / without, "x", AtLeast: false, 1.05);
    }

    /// <summary>One hidden layer, about 10 us.</summary>
    private static void Dense(TensorSet inputs, TensorSet outputs)
    {
        TensorValue x = inputs["x"];
        ReadOnlySpan<float> values = x.Span<float>();
        int rows = values.Length / Width;
        Span<float> y = outputs.Prepare("y", TensorElementType.Float32, [rows, 1]).Span<float>();
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> one = values.Slice(row * Width, Width);
            float sum = 0;
            for (int h = 0; h < Hidden; h++)
            {
                float unit = h * 0.001f;
                for (int c = 0; c < one.Length; c++)
                {
                    unit += one[c] * (h - c) * 0.01f;
                }

                sum += Math.Max(0, unit);
            }

            y[row] = sum;
        }
    }
}
