namespace Lifecycle.Drift;

/// <summary>Whether a preset repeats what is wrong with another tool's formulas.</summary>
public enum Defects
{
    /// <summary>The tool's own scores to the last digits, its defects included: for comparing old reports with new ones.</summary>
    AsIs,

    /// <summary>The same names and thresholds on forms without the known defects: for keeping thresholds while moving over.</summary>
    Fixed,
}
