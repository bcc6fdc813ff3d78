namespace Lifecycle.Serving;

/// <summary>
/// Rows of several sets as one, and back. A row is an index of the first dimension of every tensor.
/// All is copied, texts with their bytes, so that no set depends on another one's memory.
/// </summary>
internal static class TensorRows
{
    private const int UsualRank = 8;

    /// <summary>Rows of a set: the first dimension of its first tensor; -1 when it is empty or a single value.</summary>
    public static long Count(TensorSet set) => set.Count > 0 && set[0].Value.Shape.Rank > 0 ? set[0].Value.Shape[0] : -1;

    /// <summary>Whether rows of two sets may stand in one: the same names, types and dimensions but for the first, and each tensor has rows.</summary>
    public static bool Join(TensorSet left, TensorSet right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            (string name, TensorValue a) = left[i];
            if (!Find(right, name, i, out TensorValue? b) || a.Type != b.Type || a.Shape.Rank == 0 || a.Shape.Rank != b.Shape.Rank
                || !a.Shape.Dimensions[1..].SequenceEqual(b.Shape.Dimensions[1..]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Bytes of the elements of all tensors.</summary>
    public static long Bytes(TensorSet set)
    {
        long bytes = 0;
        for (int i = 0; i < set.Count; i++)
        {
            TensorValue value = set[i].Value;
            if (value.Type == TensorElementType.Bytes)
            {
                foreach (ReadOnlyMemory<byte> text in value.Texts)
                {
                    bytes += text.Length;
                }
            }
            else
            {
                bytes += (long)value.Count * value.Type.Size();
            }
        }

        return bytes;
    }

    /// <summary>Puts the rows of all sets, in order, into one set, in place of what was in it.</summary>
    /// <param name="sets">At least one; each of them joins the first. One alone is copied as it is, with or without rows.</param>
    /// <param name="into">None of the sets.</param>
    /// <exception cref="InvalidInputException">All together they are too large.</exception>
    public static void Concat(ReadOnlySpan<TensorSet> sets, TensorSet into)
    {
        TensorSet first = sets[0];
        if (sets.Length == 1)
        {
            first.CopyTo(into);
            return;
        }

        into.Clear();
        for (int i = 0; i < first.Count; i++)
        {
            (string name, TensorValue model) = first[i];
            long rows = 0;
            foreach (TensorSet set in sets)
            {
                rows += set.Get(name, i).Shape[0];
            }

            TensorValue all = Prepare(into, name, model, rows);
            int at = 0;
            foreach (TensorSet set in sets)
            {
                TensorValue part = set.Get(name, i);
                part.CopyElements(0, all, at, part.Count);
                at += part.Count;
            }
        }
    }

    /// <summary>Puts some rows of a set into another one, in place of what was in it.</summary>
    /// <param name="set">Its tensors all have the same number of rows; see <see cref="RequireRows"/>.</param>
    /// <param name="offset">The first row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="into">Another set.</param>
    /// <exception cref="ArgumentOutOfRangeException">A tensor has not so many rows.</exception>
    public static void Split(TensorSet set, long offset, long rows, TensorSet into)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        into.Clear();
        for (int i = 0; i < set.Count; i++)
        {
            (string name, TensorValue value) = set[i];
            long all = value.Shape.Rank == 0 ? 0 : value.Shape[0];
            if (rows > all - offset)
            {
                throw new ArgumentOutOfRangeException(nameof(rows), $"The tensor '{name}' has {all} rows; {rows} from row {offset} were asked for.");
            }

            TensorValue part = Prepare(into, name, value, rows);
            if (rows > 0)
            {
                int width = (int)(value.Count / all);
                value.CopyElements((int)offset * width, part, 0, (int)rows * width);
            }
        }
    }

    /// <summary>Refuses what a model gave for a batch when a tensor has another number of rows than the batch: nobody could say whose they are.</summary>
    /// <exception cref="InvalidOperationException">A tensor has another number of rows.</exception>
    public static void RequireRows(TensorSet outputs, long rows)
    {
        for (int i = 0; i < outputs.Count; i++)
        {
            (string name, TensorValue value) = outputs[i];
            if (value.Shape.Rank == 0 || value.Shape[0] != rows)
            {
                throw new InvalidOperationException(
                    $"The model gave '{name}' the shape {value.Shape} for {rows} rows; a batched model gives one row for each it takes. Say Batching.Enabled = false for this model.");
            }
        }
    }

    /// <summary>Makes the outputs of no rows, in place of what was in the set; a dimension of any size becomes 0.</summary>
    public static void None(TensorSignature signature, TensorSet into)
    {
        into.Clear();
        foreach (TensorSpec spec in signature.Outputs)
        {
            TensorValue value = into.Prepare(spec.Name, spec.Type, TensorShape.Create([.. spec.Shape.Select((d, i) => i == 0 ? 0 : Math.Max(d, 0))]));
            if (value.Count > 0)
            {
                // A single value that no row decides.
                value.Raw.Clear();
                if (spec.Type == TensorElementType.Bytes)
                {
                    value.Texts.Clear();
                }
            }
        }
    }

    private static TensorValue Prepare(TensorSet into, string name, TensorValue model, long rows)
    {
        int rank = model.Shape.Rank;
        Span<long> dimensions = rank <= UsualRank ? stackalloc long[UsualRank] : new long[rank];
        dimensions = dimensions[..rank];
        model.Shape.Dimensions.CopyTo(dimensions);
        dimensions[0] = rows;
        return into.Prepare(name, model.Type, dimensions);
    }

    private static bool Find(TensorSet set, string name, int usual, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TensorValue? value)
    {
        (string there, value) = set[usual];
        return there == name || set.TryGet(name, out value);
    }
}
