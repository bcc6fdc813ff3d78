namespace Lifecycle.Data;

/// <summary>Finds the byte between fields: the one that gives the most rows of the sample the same number of fields, and more than one.</summary>
internal static class CsvDelimiter
{
    public const int SampleBytes = 64 << 10;

    private static readonly byte[] Candidates = [(byte)',', (byte)';', (byte)'\t', (byte)'|'];

    /// <param name="sample">The first bytes of the file.</param>
    /// <param name="atEnd">Whether the file ends with them; else the last row is not counted.</param>
    public static byte Find(ReadOnlySpan<byte> sample, bool atEnd)
    {
        byte best = Candidates[0];
        (int Rows, int Fields) bestScore = default;
        byte[] copy = CsvBlock.Allocate(sample.Length);
        foreach (byte candidate in Candidates)
        {
            int length = sample.Length;
            if (!atEnd)
            {
                RowEnds ends = new(candidate);
                ends.Advance(sample);

                // of a row that is longer than the sample the beginning has to do
                length = ends.Last > 0 ? ends.Last : sample.Length;
            }

            sample.CopyTo(copy);
            CsvRows rows = new(candidate);
            rows.Begin(new CsvBlock(copy, length, 0, []));
            Dictionary<int, int> rowsOf = [];
            for (int fields = rows.ReadRow(); fields >= 0; fields = rows.ReadRow())
            {
                if (!rows.IsBlank(0, fields))
                {
                    rowsOf[fields] = rowsOf.GetValueOrDefault(fields) + 1;
                }
            }

            foreach ((int fields, int count) in rowsOf)
            {
                if (fields > 1 && (count, fields).CompareTo(bestScore) > 0)
                {
                    best = candidate;
                    bestScore = (count, fields);
                }
            }
        }

        return best;
    }
}
