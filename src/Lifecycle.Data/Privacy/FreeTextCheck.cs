using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Lifecycle.Data;

/// <summary>
/// Finds free text among the columns that a Safe Harbor plan keeps as no identifier: texts of which more than half differ and whose mean
/// length is above 24 characters.
/// </summary>
internal sealed class FreeTextCheck
{
    private readonly List<Column> _columns;

    public FreeTextCheck(ResolvedPlan plan) =>
        _columns = plan.Plan.Profile != PrivacyProfile.SafeHarbor
            ? []
            : [.. plan.Columns
                .Where(c => c.Column.Type == ColumnType.String && c.Operator is KeepOperator && !plan.Plan.FreeText.ContainsKey(c.Column.Name))
                .Select(c => new Column(c.Column.Name))];

    public IEnumerable<string> Columns => _columns.Select(c => c.Name);

    public void Add(ColumnBatch batch)
    {
        foreach (Column column in _columns)
        {
            column.Add(batch[column.Name]);
        }
    }

    public void Require()
    {
        if (_columns.FirstOrDefault(c => c.IsFreeText) is { } column)
        {
            throw new PrivacyPlanException(
                FormattableString.Invariant($"'{column.Name}' is classified as None and looks like free text: {column.Distinct} of {column.Count} texts differ and the mean length is {column.MeanLength:0.#}. ")
                + $"Free text often names people. Drop it, or say KeepFreeText(\"{column.Name}\", reason) when somebody has read it.");
        }
    }

    private sealed class Column(string name)
    {
        // 64 bits of a seeded hash: some texts of a billion may be taken for one, which moves the share by nothing that matters
        private readonly HashSet<ulong> _seen = [];
        private long _characters;

        public string Name => name;

        public long Count { get; private set; }

        public long Distinct => _seen.Count;

        public double MeanLength => Count == 0 ? 0 : (double)_characters / Count;

        public bool IsFreeText => Distinct > Count * SafeHarborRules.FreeTextDistinct && MeanLength > SafeHarborRules.FreeTextLength;

        public void Add(BatchColumn column)
        {
            ReadOnlySpan<string> texts = ((BatchColumn<string>)column).Values.Span;
            for (int row = 0; row < texts.Length; row++)
            {
                if (!column.IsNull(row))
                {
                    Count++;
                    _characters += texts[row].Length;
                    _seen.Add(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(texts[row].AsSpan())));
                }
            }
        }
    }
}
