using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Lifecycle.Drift;

/// <summary>Counts labels; up to 64 labels a window that the reference does not name are kept with their counts.</summary>
internal sealed class CategoryRecorder(DriftMonitor monitor, CategoryColumn column) : ColumnRecorder(monitor, column.Labels.Count + 1)
{
    private const int Unseen = FirstOwn, FirstLabel = FirstOwn + 1;

    private ConcurrentDictionary<string, StrongBox<long>> _unseen = new(StringComparer.Ordinal);

    public override string Name => column.Name;

    internal override void Count(double value)
    {
        if (double.IsNaN(value))
        {
            CountMissing(1);
        }
        else
        {
            CountUnreadable(1);
        }
    }

    internal override void Count(string? label)
    {
        if (label is null)
        {
            CountMissing(1);
            return;
        }

        int index = column.IndexOf(label);
        if (index >= 0)
        {
            Counters.Increment(FirstLabel + index);
            return;
        }

        Counters.Increment(Unseen);
        ConcurrentDictionary<string, StrongBox<long>> unseen = Volatile.Read(ref _unseen);
        string name = column.NameOfUnseen(label);
        if (!unseen.TryGetValue(name, out StrongBox<long>? count))
        {
            if (unseen.Count >= CategoryTally.MostUnseen)
            {
                return;
            }

            count = unseen.GetOrAdd(name, _ => new StrongBox<long>());
        }

        Interlocked.Increment(ref count.Value);
    }

    internal override void Count(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            Count(value);
        }
    }

    internal override long Report(uint[] before, uint[] after, bool closes, ReportAssembly? report)
    {
        long Between(int counter) => unchecked(after[counter] - before[counter]);
        CategoryTally tally = new(column) { Missing = Between(Missing), Unreadable = Between(Unreadable) };
        for (int i = 0; i < tally.Labels.Length; i++)
        {
            tally.Labels[i] = Between(FirstLabel + i);
        }

        ConcurrentDictionary<string, StrongBox<long>> unseen = closes
            ? Interlocked.Exchange(ref _unseen, new ConcurrentDictionary<string, StrongBox<long>>(StringComparer.Ordinal))
            : _unseen;
        foreach ((string label, StrongBox<long> count) in unseen)
        {
            tally.AddUnseen(label, count.Value);
        }

        tally.Unseen = Between(Unseen);
        report?.Add(column, tally);
        return tally.Count + tally.Missing + tally.Unreadable;
    }
}
