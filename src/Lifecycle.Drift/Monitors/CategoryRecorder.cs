namespace Lifecycle.Drift;

/// <summary>Counts labels; up to 64 labels a window that the reference does not name are kept with their counts.</summary>
internal sealed class CategoryRecorder(DriftMonitor monitor, CategoryColumn column, int first) : ColumnRecorder(monitor, first, WidthOf(column))
{
    private const int UnseenAt = FirstOwn, FirstLabel = FirstOwn + 1;

    private UnseenLabels _unseen = new();

    public override string Name => column.Name;

    /// <summary>The labels of the open sub-window that the reference does not have.</summary>
    public UnseenLabels OpenUnseen => Volatile.Read(ref _unseen);

    public static int WidthOf(CategoryColumn column) => FirstLabel + column.Labels.Count;

    /// <summary>Begins a sub-window; returns the labels of the one before.</summary>
    public UnseenLabels TakeUnseen() => Interlocked.Exchange(ref _unseen, new UnseenLabels());

    internal override int CounterOf(double value) => double.IsNaN(value) ? MissingCounter : UnreadableCounter;

    internal override int CounterOf(ReadOnlySpan<char> label)
    {
        int index = column.IndexOf(label);
        if (index >= 0)
        {
            return First + FirstLabel + index;
        }

        OpenUnseen.Count(column, label);
        return First + UnseenAt;
    }

    internal override void Count(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            Count(value);
        }
    }

    internal override void Count(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            Count(value);
        }
    }

    internal override long Values(uint[] before, uint[] after)
    {
        long values = 0;
        for (int counter = 0; counter < Width; counter++)
        {
            values += Between(before, after, counter);
        }

        return values;
    }

    internal override long Unseen(uint[] before, uint[] after) => Between(before, after, UnseenAt);

    internal override void Report(uint[] before, uint[] after, IEnumerable<UnseenLabels> unseen, ReportAssembly report)
    {
        CategoryTally tally = new(column) { Missing = Between(before, after, MissingAt), Unreadable = Between(before, after, UnreadableAt) };
        for (int i = 0; i < tally.Labels.Length; i++)
        {
            tally.Labels[i] = Between(before, after, FirstLabel + i);
        }

        foreach ((string label, long count) in unseen.SelectMany(u => u.Counts))
        {
            tally.AddUnseen(label, count);
        }

        tally.Unseen = Between(before, after, UnseenAt);
        report.Add(column, tally);
    }
}
