using System.Runtime.InteropServices;

namespace Lifecycle.Data;

/// <summary>Rows that are equal in some columns, as classes 0, 1, 2, ... in the order in which they came.</summary>
internal static class EquivalenceClasses
{
    private const long DenseCells = 1 << 23;

    /// <summary>The class of each row and how many there are.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Codes of each column and how many different ones it has.</param>
    public static (int[] ClassOf, int Count) Of(int rows, IReadOnlyList<(ReadOnlyMemory<int> Codes, int Cardinality)> columns)
    {
        int[] classOf = new int[rows];
        int count = rows > 0 ? 1 : 0;
        foreach ((ReadOnlyMemory<int> codes, int cardinality) in columns)
        {
            count = (long)count * cardinality <= DenseCells ? RefineDense(classOf, codes.Span, count, cardinality) : RefineSparse(classOf, codes.Span);
        }

        return (classOf, count);
    }

    private static int RefineDense(int[] classOf, ReadOnlySpan<int> codes, int count, int cardinality)
    {
        int[] seen = new int[count * cardinality];
        int next = 0;
        for (int row = 0; row < classOf.Length; row++)
        {
            ref int id = ref seen[(classOf[row] * cardinality) + codes[row]];
            if (id == 0)
            {
                id = ++next;
            }

            classOf[row] = id - 1;
        }

        return next;
    }

    private static int RefineSparse(int[] classOf, ReadOnlySpan<int> codes)
    {
        Dictionary<ulong, int> seen = [];
        for (int row = 0; row < classOf.Length; row++)
        {
            ref int id = ref CollectionsMarshal.GetValueRefOrAddDefault(seen, ((ulong)(uint)classOf[row] << 32) | (uint)codes[row], out bool known);
            if (!known)
            {
                id = seen.Count - 1;
            }

            classOf[row] = id;
        }

        return seen.Count;
    }
}
