using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;
using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime.Tests;

/// <summary>How the first dimension decides what is run together.</summary>
public sealed class OnnxRowsTests
{
    [Fact]
    public void Rows_FixedFirstDimension_TakesExactlyItsRows()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Identity(TensorElementType.Float32, 2, 2));
        Assert.False(model.RowsAreBatched);
        using TensorSet y = OnnxRuns.Run(model, ("x", OnnxRuns.Floats([2, 2], 1, 2, 3, 4)));
        Assert.Equal([1f, 2, 3, 4], y["y"].Span<float>().ToArray());
        using TensorSet three = TensorSet.Of(("x", OnnxRuns.Floats([3, 2], 1, 2, 3, 4, 5, 6)));
        Assert.Contains("[2,2]", Assert.Throws<InvalidInputException>(() => model.Signature.Check(three)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_FirstDimensionOne_RunRowByRow()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Linear(rows: 1));
        Assert.False(model.RowsAreBatched);
        Assert.Equal("'x' FP32[-1,10] -> 'y' FP32[-1,1]", model.Signature.ToString());
        using TensorSet y = OnnxRuns.Run(model, ("x", OnnxRuns.Floats([3, 10], [.. Enumerable.Range(0, 30).Select(i => i < 10 ? 0f : i < 20 ? 1 : 2)])));
        Assert.Equal([0.5f, 7.375f, 14.25f], y["y"].Span<float>().ToArray());
    }

    [Fact]
    public void Rows_FirstDimensionOneOfTexts_RunRowByRow()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Identity(TensorElementType.Bytes, 1, 2));
        using TensorSet y = OnnxRuns.Run(model, ("x", TensorValue.From(["a", "b", "c", "", "é", "f"], [3, 2])));
        Assert.Equal(["a", "b", "c", "", "é", "f"], y["y"].ToStrings());
    }

    [Fact]
    public void Rows_OpenInnerDimensions_RunAsTheyCome()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Identity(TensorElementType.Float32, "N", "M"), new OnnxOptions { MaxRowsPerRun = 2 });
        Assert.True(model.RowsAreBatched);
        using TensorSet y = OnnxRuns.Run(model, ("x", OnnxRuns.Floats([2, 3], 1, 2, 3, 4, 5, 6)));
        Assert.Equal("[2,3]", y["y"].Shape.ToString());
        Assert.Equal([1f, 2, 3, 4, 5, 6], y["y"].Span<float>().ToArray());
        using TensorSet pieces = OnnxRuns.Run(model, ("x", OnnxRuns.Floats([5, 1], 1, 2, 3, 4, 5)));
        Assert.Equal("[5,1]", pieces["y"].Shape.ToString());
        Assert.Equal([1f, 2, 3, 4, 5], pieces["y"].Span<float>().ToArray());
        using TensorSet narrow = OnnxRuns.Run(model, ("x", OnnxRuns.Floats([2, 0])));
        Assert.Equal("[2,0]", narrow["y"].Shape.ToString());
    }

    [Theory]
    [InlineData("N", "N", true)]
    [InlineData("N", "M", false)]
    [InlineData("", "", false)]
    [InlineData("N", 3, false)]
    public void Rows_OfTheSameName_AreBatched(object rows, object outputRows, bool batched)
    {
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Linear(rows: rows, outputRows: outputRows));
        Assert.Equal(batched, model.RowsAreBatched);
        using TensorSet y = OnnxRuns.Run(model, ("x", OnnxRuns.Floats([3, 10], [.. Enumerable.Repeat(1f, 30)])));
        Assert.Equal([7.375f, 7.375f, 7.375f], y["y"].Span<float>().ToArray());
    }

    [Fact]
    public void Rows_Nameless_BatchedWhenTheApplicationSaysSo()
    {
        OnnxOptions options = new() { OpenRowsAreShared = true };
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Linear(rows: "", outputRows: ""), options);
        Assert.True(model.RowsAreBatched);
        using TensorSet y = OnnxRuns.Run(model, ("x", OnnxRuns.Floats([3, 10], [.. Enumerable.Repeat(1f, 30)])));
        Assert.Equal([7.375f, 7.375f, 7.375f], y["y"].Span<float>().ToArray());
    }

    [Fact]
    public void Rows_SaidToBeSharedButAreNot_FailTheRun()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxOddModels.FoundRows("", 1), new OnnxOptions { OpenRowsAreShared = true });
        Assert.True(model.RowsAreBatched);
        using TensorSet two = OnnxRuns.Run(model, ("x", OnnxRuns.Floats([2], 1, 1)));
        Assert.Equal([0L, 1L], two["y"].Span<long>().ToArray());
        Assert.Throws<OnnxRuntimeException>(() => OnnxRuns.Run(model, ("x", OnnxRuns.Floats([2], 1, 0))));
    }

    [Fact]
    public void Rows_MoreThanOneRunTakes_RunInPieces()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxOddModels.RunningSum(), new OnnxOptions { MaxBatchRows = 2, MaxRowsPerRun = 4 });
        Assert.Equal([1f, 2, 3, 4, 1, 2, 3, 4, 1, 2], Sums(model, 10));
        Assert.Equal([1f, 2, 3, 4, 1], Sums(model, 5));
        Assert.Equal([1f, 2, 3], Sums(model, 3));
        Assert.Equal([1f, 2], Sums(model, 2));
    }

    [Fact]
    public void Rows_ByDefault_RunAThousandAndTwentyFourTogether()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxOddModels.RunningSum());
        float[] sums = Sums(model, 1_100);
        Assert.Equal(1_024f, sums[1_023]);
        Assert.Equal(1f, sums[1_024]);
        Assert.Equal(76f, sums[^1]);
    }

    [Fact]
    public void Rows_OfAModelTooWideForItsBuffers_RunFromWhereTheyAre()
    {
        const int Width = 5 << 20;
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Identity(TensorElementType.Float32, "N", Width));
        TensorValue x = new(TensorElementType.Float32);
        x.Reshape(TensorElementType.Float32, [2, Width]);
        x.Span<float>().Fill(3);
        x.Span<float>()[^1] = 4;
        using TensorSet y = OnnxRuns.Run(model, ("x", x));
        Assert.Equal(3f, y["y"].Span<float>()[Width]);
        Assert.Equal(4f, y["y"].Span<float>()[^1]);
    }

    private static float[] Sums(LoadedModel model, int rows)
    {
        using TensorSet y = OnnxRuns.Run(model, ("x", OnnxRuns.Floats([rows, 1], [.. Enumerable.Repeat(1f, rows)])));
        return y["y"].Span<float>().ToArray();
    }
}
