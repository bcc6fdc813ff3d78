using System.Globalization;
using System.Runtime.CompilerServices;
using Lifecycle.Serving;

namespace Lifecycle.MLNet.Tests.Serving;

internal static class MLNetRuns
{
    public static async Task<LoadedModel> LoadAsync(byte[] bytes, ModelRequest? request = null)
    {
        MLNetModelRuntime runtime = new();
        ContentFile main = new("model.zip", bytes);
        ModelContent content = new([main]);
        SetRequest(content, request ?? new ModelRequest());
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

                // In a class ML.NET counts keys from 0; the raw value, which stands in the tensor, from 1, and 0 is a missing one.
                nameof(LoanRow.Grade) => TensorValue.From<uint>([.. rows.Select(r => r.Grade < 5 ? r.Grade + 1 : 0)], [rows.Count, 1]),
                nameof(LoanRow.Number) => TensorValue.From<long>([.. rows.Select(r => r.Number)], [rows.Count, 1]),
                nameof(LoanRow.Day) => TensorValue.From([.. rows.Select(r => r.Day.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture))], [rows.Count, 1]),
                nameof(LoanRow.Words) => TensorValue.From([.. rows.SelectMany(r => r.Words)], [rows.Count, rows.Count == 0 ? 0 : rows[0].Words.Length]),
                _ => throw new InvalidOperationException($"The test has no '{input.Name}'."),
            });
        }

        return set;
    }

    // The host's loader sets it.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_Request")]
    private static extern void SetRequest(ModelContent content, ModelRequest request);
}
