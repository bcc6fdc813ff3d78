using Lifecycle.Statistics;
using Microsoft.ML;

namespace Lifecycle.MLNet.Tests;

/// <summary>Made-up loans as a table: the label follows ratio and income with noise.</summary>
internal static class LoanTable
{
    public static ColumnBatch Rows(int count, ulong seed = 1)
    {
        RandomStream random = new(seed);
        float[] ratio = new float[count], income = new float[count];
        string[] region = new string[count];
        bool[] label = new bool[count];
        for (int i = 0; i < count; i++)
        {
            ratio[i] = (float)random.NextDouble();
            income[i] = 20 + (80 * (float)random.NextDouble());
            region[i] = ((string[])["north", "south", "east"])[random.NextBelow(3)];
            label[i] = ratio[i] - (income[i] / 100) + (0.5 * (float)random.NextDouble()) > 0.2;
        }

        return new ColumnBatch(
        [
            BatchColumn.Of<float>("ratio", ratio), BatchColumn.Of<float>("income", income), BatchColumn.Of<string>("region", region), BatchColumn.Of<bool>("Label", label),
        ]);
    }

    public static IEstimator<ITransformer> Features(MLContext context) => context.Transforms.Categorical.OneHotEncoding("regions", "region")
        .Append(context.Transforms.Concatenate("Features", "ratio", "income", "regions"))
        .Append(context.Transforms.NormalizeMinMax("Features"));

    public static DataViewSchema Inputs(IDataView data) => data.ToColumnBatch(["ratio", "income", "region"]).ToDataView().Schema;
}
