using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.OnnxRuntime.Tests;

/// <summary>Outputs that are no plain tensors, outputs that are asked for, and what a model says of itself.</summary>
public sealed class OnnxValuesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void ZipMap_OfTexts_BecomesAMatrixInTheOrderOfItsLabels(int rows)
    {
        // The maps are ordered by their keys, whatever the order of the columns was.
        using LoadedModel model = OnnxRuns.Load(OnnxOddModels.ZipMap(["pear", "apple", "fig"]), new OnnxOptions { MaxRowsPerRun = 16 });
        Assert.Equal("'x' FP32[-1,3] -> 'plain' FP32[-1,3], 'maps' FP32[-1,3]", model.Signature.ToString());
        Assert.Equal("""["apple","fig","pear"]""", Assert.Single(model.Properties).Value);
        Assert.Equal("labels.maps", Assert.Single(model.Properties).Key);
        Assert.True(model.RowsAreBatched);
        float[] x = [.. Enumerable.Range(0, rows * 3).Select(i => (float)i)];
        using TensorSet y = OnnxRuns.Run(model, ("x", OnnxRuns.Floats([rows, 3], x)));
        Assert.Equal(x, y["plain"].Span<float>().ToArray());
        Assert.Equal($"[{rows},3]", y["maps"].Shape.ToString());
        for (int row = 0; row < rows; row++)
        {
            Assert.Equal([x[(row * 3) + 1], x[(row * 3) + 2], x[row * 3]], y["maps"].Span<float>().Slice(row * 3, 3).ToArray());
        }
    }

    [Fact]
    public void ZipMap_OfNumbers_BecomesAMatrixInTheOrderOfItsLabels()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxOddModels.ZipMap([7, -1]));
        Assert.Equal("[-1,7]", model.Properties["labels.maps"]);
        using TensorSet y = OnnxRuns.Run(model, ("x", OnnxRuns.Floats([2, 2], 1, 2, 3, 4)));
        Assert.Equal([2f, 1, 4, 3], y["maps"].Span<float>().ToArray());
        using TensorSet none = OnnxRuns.Run(model, ("x", OnnxRuns.Floats([0, 2])));
        Assert.Equal("[0,2]", none["maps"].Shape.ToString());
    }

    [Fact]
    public void Output_ThatIsASequence_RejectedUnlessNobodyWantsIt()
    {
        ModelRejectedException error = Assert.Throws<ModelRejectedException>(() => OnnxRuns.Load(OnnxOddModels.Sequence()));
        Assert.Contains("'both' is of the kind SEQUENCE", error.Message, StringComparison.Ordinal);
        Assert.Contains("zipmap=False", error.Message, StringComparison.Ordinal);
        using LoadedModel model = OnnxRuns.Load(OnnxOddModels.Sequence(), outputs: ["y"]);
        using TensorSet y = OnnxRuns.Run(model, ("x", OnnxRuns.Floats([1, 2], 1, 2)));
        Assert.Equal("y FP32[1,2]", y.ToString());
    }

    [Fact]
    public void Output_ThatMayBeAbsent_Rejected()
    {
        ModelRejectedException error = Assert.Throws<ModelRejectedException>(() => OnnxRuns.Load(OnnxOddModels.Optional()));
        Assert.Contains("'maybe' is of the kind OPTIONAL", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Outputs_AskedFor_AreTheOnlyOnes()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Simple(), outputs: ["OUTPUT1"]);
        Assert.Equal("OUTPUT1", Assert.Single(model.Signature.Outputs).Name);
        foreach (int rows in (int[])[1, 40])
        {
            using TensorSet y = OnnxRuns.Run(
                model,
                ("INPUT0", TensorValue.From<int>([.. Enumerable.Repeat(5, rows * 16)], [rows, 16])),
                ("INPUT1", TensorValue.From<int>([.. Enumerable.Repeat(2, rows * 16)], [rows, 16])));
            Assert.Equal($"OUTPUT1 INT32[{rows},16]", y.ToString());
            Assert.Equal(-1, y["OUTPUT1"].Span<int>().IndexOfAnyExcept(3));
        }
    }

    [Fact]
    public void Outputs_AskedForButNotThere_Rejected()
    {
        ModelRejectedException error = Assert.Throws<ModelRejectedException>(() => OnnxRuns.Load(OnnxModels.Simple(), outputs: ["OUTPUT1", "OUTPUT2"]));
        Assert.Equal("signature: the output 'OUTPUT2' is asked for and the model has only 'OUTPUT0', 'OUTPUT1'", error.Message);
    }

    [Fact]
    public void Columns_InTheMetadata_AreThePackedColumns()
    {
        using LoadedModel model = OnnxRuns.Load(OnnxModels.Linear(columns: "a, b,c,d,e,f,g,h,i,j"));
        Assert.Equal(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"], model.PackedColumns);
        using LoadedModel silent = OnnxRuns.Load(OnnxModels.Linear());
        Assert.Empty(silent.PackedColumns);
    }

    [Theory]
    [InlineData("a,b")]
    [InlineData("a,b,c,d,e,f,g,h,i,")]
    [InlineData("a,b,c,d,e,f,g,h,i,a")]
    public void Columns_ThatDoNotFit_Rejected(string columns)
    {
        ModelRejectedException error = Assert.Throws<ModelRejectedException>(() => OnnxRuns.Load(OnnxModels.Linear(columns: columns)));
        Assert.StartsWith($"signature: the metadata lifecycle.columns is '{columns}' and the model takes 'x' FP32[-1,10]", error.Message, StringComparison.Ordinal);
    }
}
