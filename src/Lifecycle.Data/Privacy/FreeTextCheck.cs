using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Lifecycle.Data;

/// <summary>
/// Finds free text among the columns that a Safe Harbor plan shows as no identifier, as it shows them: texts of which more than half differ and
/// whose mean length is above 24 characters.
/// </summary>
internal sealed class FreeTextCheck
{
    private readonly List<Column> _columns;

    public FreeTextCheck(ResolvedPlan plan, DerivationSetting setting) =>
        _columns = plan.Plan.Profile != PrivacyProfile.SafeHarbor
            ? []
            : [.. plan.Columns
                .Where(c => c.Column.Type == ColumnType.String && c.Operator is not DropOperator
                    && plan.Plan.Classes.GetValueOrDefault(c.Column.Name) == SafeHarborClass.None && !plan.Plan.FreeText.ContainsKey(c.Column.Name))
                .Select(c => new Column(c.Column.Name, c.Operator.Compile(c.Column, setting)))];

    public IEnumerable<string> Columns => _columns.Select(c => c.Name);

    public void Add(ColumnBatch batch)
    {
        foreach (Column column in _columns)
        {
            column.Add(batch);
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

    private sealed class Column(string name, CellTransform transform)
    {
        // 64 bits of a seeded hash: some texts of a billion may be taken for one, which moves the share by nothing that matters
        private readonly HashSet<ulong> _seen = [];
        private long _characters;

        public string Name => name;

        public long Count { get; private set; }

        public long Distinct => _seen.Count;

        public double MeanLength => Count == 0 ? 0 : (double)_characters / Count;

        public bool IsFreeText => Distinct > Count * SafeHarborRules.FreeTextDistinct && MeanLength > SafeHarborRules.FreeTextLength;

        public void Add(ColumnBatch batch)
        {
            transform.Begin(batch);
            BatchColumn column = batch[name];
            for (int row = 0; row < column.Count; row++)
            {
                if (!column.IsNull(row) && transform.Apply(column, row) is { } text)
                {
                    Count++;
                    _characters += text.Length;
                    _seen.Add(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan())));
                }
            }
        }
    }
}
