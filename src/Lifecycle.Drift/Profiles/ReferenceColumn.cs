using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>What is kept of one column of the reference: counts, never a raw row. At most 16,384 bytes on disk with the default resolution and sketch size.</summary>
public abstract class ReferenceColumn
{
    private protected ReferenceColumn(string name, ColumnRole role, ColumnKind kind)
    {
        Name = name;
        Role = role;
        Kind = kind;
    }

    /// <summary>Name of the column; unique in its profile, case matters.</summary>
    public string Name { get; }

    /// <summary>What the column is to the model.</summary>
    public ColumnRole Role { get; }

    /// <summary>How the column is compared.</summary>
    public ColumnKind Kind { get; }

    /// <summary>Values that take part in tests: neither missing nor infinite.</summary>
    public long Count { get; internal init; }

    /// <summary>Null cells and NaN.</summary>
    public long Missing { get; internal init; }

    /// <summary>Positive infinities: counted, not tested.</summary>
    public long PositiveInfinite { get; internal init; }

    /// <summary>Negative infinities: counted, not tested.</summary>
    public long NegativeInfinite { get; internal init; }

    /// <summary>Infinities of both signs.</summary>
    public long Infinite => PositiveInfinite + NegativeInfinite;

    /// <summary>All rows that were seen.</summary>
    public long Rows => Count + Missing + Infinite;

    /// <summary>Missing rows as a share of all, in [0, 1]; 0 when there are no rows.</summary>
    public double MissingShare => Rows == 0 ? 0 : (double)Missing / Rows;

    /// <summary>
    /// Estimated number of distinct values, with a standard error of 1.63 %; exact for labels while all have a count of their own. Null when the
    /// profile does not say.
    /// </summary>
    public abstract double? Distinct { get; }

    internal abstract CardinalitySketch? Cardinality { get; }

    /// <summary>Sections of the file that a newer version wrote and this one does not know; kept and written again.</summary>
    internal IReadOnlyList<(byte Type, byte[] Payload)> Unknown { get; init; } = [];

    internal abstract ReferenceColumn Merge(ReferenceColumn other);

    private protected void RequireSameShape(ReferenceColumn other, bool isKindOpen = false)
    {
        if ((other.Kind != Kind && !isKindOpen) || other.Role != Role)
        {
            throw new ProfileMergeException(
                $"The column '{Name}' is a {Kind} {Role} in one profile and a {other.Kind} {other.Role} in the other. Build both with ReferenceProfile.Like(first).");
        }
    }
}
