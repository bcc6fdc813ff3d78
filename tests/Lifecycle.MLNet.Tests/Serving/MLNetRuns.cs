using Lifecycle.Serving;

namespace Lifecycle.MLNet.Tests.Serving;

internal static class MLNetRuns
{
    public static async Task<LoadedModel> LoadAsync(byte[] bytes, MLNetServingOptions? options = null)
    {
        MLNetModelRuntime runtime = new(options);
        ContentFile main = new("model.zip", bytes);
        ModelContent content = new([main]);
        runtime.Inspect(content, main, TestContext.Current.CancellationToken);
        return await runtime.LoadAsync(content, main, TestContext.Current.CancellationToken);
    }

    /// <summary>The rows as the tensors that a model asks for.</summary>
    public static TensorSet Tensors(TensorSignature signature, IReadOnlyList<LoanRow> rows)
    {
        TensorSet set = new();
        foreach (TensorSpec input in signature.Inputs)
        {
            set.Add(input.Name, input.Name switch
            {
                nameof(LoanRow.Ratio) => TensorValue.From<float>([.. rows.Select(r => r.Ratio)], [rows.Count, 1]),
                nameof(LoanRow.Amounts) => TensorValue.From<float>([.. rows.SelectMany(r => r.Amounts)], [rows.Count, 2]),
                nameof(LoanRow.Region) => TensorValue.From([.. rows.Select(r => r.Region)], [rows.Count, 1]),
                nameof(LoanRow.Purpose) => TensorValue.From([.. rows.Select(r => r.Purpose)], [rows.Count, 1]),
                _ => throw new InvalidOperationException($"The test has no '{input.Name}'."),
            });
        }

        return set;
    }
}
