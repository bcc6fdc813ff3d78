using System.Collections.Immutable;

namespace Lifecycle.Drift;

/// <summary>
/// When a difference is called drift: corrected p-value at most <see cref="Alpha"/> <b>and</b> effect at least <see cref="Floor"/>. Immutable.
/// </summary>
public sealed partial record DriftPolicy
{
    private const double DefaultFloor = 0.10;

    /// <summary>Alpha .05, Holm over the columns, population stability index of at least .10.</summary>
    public static DriftPolicy Default { get; } = new();

    /// <summary>Chance of a false drift among columns that did not change, for the whole report; in (0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside (0, 1).</exception>
    public double Alpha
    {
        get;
        init => field = value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Alpha lies between 0 and 1, for example 0.05.");
    } = 0.05;

    /// <summary>How p-values are corrected for the number of columns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a value of the enumeration.</exception>
    public DriftCorrection Correction { get; init => field = EnumValue.Require(value, "DriftCorrection.Holm"); }

    /// <summary>The effect that must reach <see cref="Floor"/>. Where a column does not have it, the population stability index must reach .10.</summary>
    public Effect Effect { get; private init; }

    /// <summary>The least effect that is called drift.</summary>
    public double Floor { get; private init; } = DefaultFloor;

    private ImmutableDictionary<string, (Effect Effect, double Floor)> Columns { get; init; } =
        ImmutableDictionary.Create<string, (Effect Effect, double Floor)>(StringComparer.Ordinal);

    /// <summary>Asks for a least effect in all columns.</summary>
    /// <param name="effect">Which effect.</param>
    /// <param name="floor">At least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The effect is not one of the enumeration, or the floor is negative or not a number.</exception>
    public DriftPolicy EffectAtLeast(Effect effect, double floor) => this with { Effect = Known(effect), Floor = Checked(floor) };

    /// <summary>Asks for a least effect in one column; the others keep theirs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The effect is not one of the enumeration, or the floor is negative or not a number.</exception>
    public DriftPolicy EffectAtLeast(string column, Effect effect, double floor)
    {
        ArgumentException.ThrowIfNullOrEmpty(column);
        return this with { Columns = Columns.SetItem(column, (Known(effect), Checked(floor))) };
    }

    /// <summary>The floor of a finding and what it has of that effect.</summary>
    internal (Effect Effect, double Floor, double Value) Judge(ColumnFinding finding)
    {
        (Effect effect, double floor) = Columns.TryGetValue(finding.Column, out (Effect, double) own) ? own : (Effect, Floor);
        return finding.EffectOf(effect) is { } value
            ? (effect, floor, value)
            : (Effect.PopulationStabilityIndex, DefaultFloor, finding.PopulationStabilityIndexCorrected);
    }

    /// <summary>Refuses settings of columns that are not there: a name with a slip would have no effect.</summary>
    /// <exception cref="UnknownColumnException">A column with a floor or a method of its own is not in the reference.</exception>
    internal void Require(ReferenceProfile reference)
    {
        if (Columns.Keys.Concat(Rule.NamedColumns).FirstOrDefault(c => !reference.TryGet(c, out _)) is { } unknown)
        {
            throw new UnknownColumnException(unknown, reference.Columns.Select(c => c.Name));
        }
    }

    private static Effect Known(Effect effect) => EnumValue.Require(effect, "Effect.PopulationStabilityIndex");

    private static double Checked(double floor) => floor >= 0 && double.IsFinite(floor)
        ? floor
        : throw new ArgumentOutOfRangeException(nameof(floor), floor, "The least effect is a number from 0 on, for example 0.10.");
}
