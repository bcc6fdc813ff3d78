using System.Globalization;
using System.Text.Json;
using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// A way in which inputs may differ from those the model was made for. Immutable features stay as they are; every changed row keeps the
/// rules of the set. Random choices come from stream (seed, family &lt;&lt; 32 | column).
/// </summary>
public abstract partial class Perturbation
{
    private const int CellsForTwoThreads = 1 << 18;

    private protected Perturbation(PerturbationFamily family, double level)
    {
        Family = family;
        Kind = GateJson.Camel(family.ToString());
        Level = level;
    }

    /// <summary>The family.</summary>
    public PerturbationFamily Family { get; }

    /// <summary>The family as text, for example <c>noise</c>.</summary>
    public string Kind { get; }

    /// <summary>How strong; the unit belongs to the family. 0 changes nothing.</summary>
    public double Level { get; }

    /// <summary>Which of the five levels of its family it is, 1 to 5; 0 when the level was chosen freely.</summary>
    public int Severity { get; private set; }

    /// <summary>The features as this perturbation changes them; rows that break a rule of the set as they are stay as they are.</summary>
    /// <param name="set">The rows.</param>
    /// <param name="seed">Seed of the random choices.</param>
    /// <exception cref="InvalidOperationException">The set has no features, or nothing in it can be changed in this way.</exception>
    public ColumnBatch Apply(EvaluationSet set, ulong seed = RandomStream.DefaultSeed)
    {
        ArgumentNullException.ThrowIfNull(set);
        ColumnBatch plain = set.FeatureBatch();
        if (Level == 0)
        {
            return plain;
        }

        if (Problem is { } problem)
        {
            throw new InvalidOperationException(problem);
        }

        Draft draft = Change(set.Table(), seed, 0) ?? throw new InvalidOperationException($"{this}: {NothingToChange}.");
        ConstraintRepair.Apply(draft);
        if (set.Constraints.Count > 0)
        {
            foreach (int row in Enumerable.Range(0, set.Count).Except(RuleCheck.Of(set).Rows))
            {
                draft.Restore(row);
            }
        }

        return draft.Decode();
    }

    /// <summary>Family and level.</summary>
    public override string ToString() => $"{Kind} {Level.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The change in words, to begin a sentence with.</summary>
    internal abstract string Words { get; }

    /// <summary>What is wrong with the level; null when nothing is.</summary>
    internal virtual string? Problem => double.IsFinite(Level) && Level > 0 ? null : Wrong("finite and above 0");

    internal virtual string NothingToChange => "no feature is a number that varies and may change";

    /// <summary>How many times it is tried with other choices.</summary>
    internal virtual int Variants => 1;

    /// <summary>The changed features, not yet repaired; null when there is nothing that may be changed.</summary>
    internal virtual Draft? Change(FeatureTable table, ulong seed, int variant)
    {
        Draft draft = new(table);
        if (Level == 0)
        {
            return draft;
        }

        int[] columns = [.. Enumerable.Range(0, table.Columns.Length).Where(c => !table.Rules.IsFixed(c) && CanChange(table.Columns[c]))];
        void One(int c)
        {
            CodedColumn column = table.Columns[c];
            WordList words = new(column.Words);
            double[] cells = GC.AllocateUninitializedArray<double>(table.RowCount);
            ChangeColumn(column, cells, words, new RandomStream(seed, ((ulong)Family << 32) | (uint)c));
            draft.Set(c, cells, words);
        }

        if (columns.Length > 1 && (long)columns.Length * table.RowCount >= CellsForTwoThreads)
        {
            Parallel.ForEach(columns, One);
        }
        else
        {
            Array.ForEach(columns, One);
        }

        return columns.Length == 0 ? null : draft;
    }

    /// <summary>Whether a column that may change is one that this family changes.</summary>
    internal virtual bool CanChange(CodedColumn column) => column.Kind == CellKind.Number && column.Figures.Varies;

    /// <summary>Writes every cell of a column, changed or as it is.</summary>
    internal virtual void ChangeColumn(CodedColumn column, double[] cells, WordList words, RandomStream random) =>
        throw new InvalidOperationException($"{Kind} is a check and changes no column.");

    internal virtual void WriteProperties(Utf8JsonWriter writer)
    {
    }

    private protected string Wrong(string expected) =>
        FormattableString.Invariant($"The level of {Kind} is {Level}; it must be {expected}.");

    private protected string? ShareProblem() => Level is > 0 and <= 1 ? null : Wrong("a share above 0 and at most 1, for example 0.05");

    private protected string? WholeProblem(int least, int most) =>
        Level >= least && Level <= most && Level == Math.Floor(Level) ? null : Wrong($"a whole number between {least} and {most}");

    /// <summary>
    /// Copies the cells and calls an action for each row of a random share; every row is taken independently of the others.
    /// </summary>
    private protected static void AtRandomRows(double[] from, double[] cells, double share, RandomStream random, Action<int> change)
    {
        from.CopyTo(cells, 0);
        for (long i = Gap(share, random); i < cells.Length; i += 1 + Gap(share, random))
        {
            change((int)i);
        }
    }

    private static long Gap(double share, RandomStream random) =>
        share >= 1 ? 0 : (long)Math.Min(int.MaxValue, Math.Floor(Math.Log(1 - random.NextDouble()) / Math.Log(1 - share)));
}
