using Xunit;

namespace Lifecycle.Serving.TestModels;

/// <summary>What every <see cref="IModelRuntime"/> must hold. Inherit it and give it a runtime and a model of its platform.</summary>
public abstract class ModelRuntimeSpecification
{
    protected abstract IModelRuntime Runtime { get; }

    /// <summary>A file name that the runtime accepts.</summary>
    protected abstract string FileName { get; }

    /// <summary>A good model whose first output depends on its inputs.</summary>
    protected abstract byte[] Model();

    /// <summary>Inputs of so many rows; row i is the same whatever the number of rows.</summary>
    protected abstract TensorSet Inputs(int rows);

    /// <summary>The first output of a row.</summary>
    protected abstract float[] Expected(int row);

    protected virtual float Tolerance => 1e-5f;

    [Fact]
    public void Accepts_its_files_only()
    {
        Assert.True(Runtime.Accepts(FileName, Model().AsSpan(0, 64)));
        Assert.False(Runtime.Accepts("readme.txt", "hello"u8));
        Assert.NotEmpty(Runtime.Platform);
    }

    [Fact]
    public async Task Runs_rows_of_any_number_right()
    {
        using LoadedModel model = await LoadAsync(Model());
        foreach (int rows in (int[])[1, 2, 31, 32, 33, 100])
        {
            using TensorSet inputs = Inputs(rows);
            using TensorSet outputs = new();
            Assert.Equal(rows, model.Signature.Check(inputs));
            model.Run(inputs, outputs, TestContext.Current.CancellationToken);
            Require(outputs, rows);
        }
    }

    [Fact]
    public async Task Zero_rows_give_empty_outputs()
    {
        using LoadedModel model = await LoadAsync(Model());
        using TensorSet inputs = Inputs(0);
        using TensorSet outputs = new();
        model.Run(inputs, outputs, TestContext.Current.CancellationToken);
        Assert.Equal(model.Signature.Outputs.Select(o => o.Name), outputs.Select(o => o.Key));
        Assert.All(outputs, o => Assert.Equal(0, o.Value.Count));
        Assert.All(outputs, o => Assert.Equal(0, o.Value.Shape[0]));
    }

    [Fact]
    public async Task Outputs_are_those_of_the_signature()
    {
        using LoadedModel model = await LoadAsync(Model());
        using TensorSet inputs = Inputs(3);
        using TensorSet outputs = new();
        model.Run(inputs, outputs, TestContext.Current.CancellationToken);
        Assert.Equal(model.Signature.Outputs.Select(o => (o.Name, o.Type)), outputs.Select(o => (o.Key, o.Value.Type)));
        foreach (TensorSpec output in model.Signature.Outputs)
        {
            Assert.True(output.Shape.Takes(outputs[output.Name].Shape), $"{output} got {outputs[output.Name].Shape}");
        }
    }

    [Fact]
    public async Task Runs_side_by_side_do_not_mix()
    {
        using LoadedModel model = await LoadAsync(Model());
        await Parallel.ForAsync(0, 200, TestContext.Current.CancellationToken, (i, token) =>
        {
            int rows = 1 + (i % 40);
            using TensorSet inputs = Inputs(rows);
            using TensorSet outputs = new();
            for (int repeat = 0; repeat < 5; repeat++)
            {
                model.Run(inputs, outputs, token);
                Require(outputs, rows);
            }

            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public async Task A_cancelled_run_does_not_begin()
    {
        using LoadedModel model = await LoadAsync(Model());
        using TensorSet inputs = Inputs(1);
        using TensorSet outputs = new();
        Assert.Throws<OperationCanceledException>(() => model.Run(inputs, outputs, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Broken_files_are_rejected()
    {
        byte[] good = Model();
        byte[][] broken = [[], "<html><body>404</body></html>"u8.ToArray(), [.. Enumerable.Repeat((byte)0xFF, 300)], [.. good.Take(good.Length / 2)], [.. good.Take(good.Length - 1)]];
        foreach (byte[] bytes in broken)
        {
            await Assert.ThrowsAsync<ModelRejectedException>(async () => (await LoadAsync(bytes)).Dispose());
        }
    }

    protected async Task<LoadedModel> LoadAsync(byte[] bytes)
    {
        ContentFile main = new(FileName, bytes);
        ModelContent content = new([main]);
        Runtime.Inspect(content, main, TestContext.Current.CancellationToken);
        return await Runtime.LoadAsync(content, main, TestContext.Current.CancellationToken);
    }

    private void Require(TensorSet outputs, int rows)
    {
        ReadOnlySpan<float> values = outputs[0].Value.Span<float>();
        int at = 0;
        for (int row = 0; row < rows; row++)
        {
            foreach (float expected in Expected(row))
            {
                Assert.Equal(expected, values[at++], Tolerance * Math.Max(1, Math.Abs(expected)));
            }
        }

        Assert.Equal(at, values.Length);
    }
}
