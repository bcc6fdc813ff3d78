using System.Globalization;

namespace Lifecycle.Benchmarks.Ratios;

/// <summary>One measured figure and the goal it is held against.</summary>
/// <param name="Name">Stable name, <c>suite.subject.what</c>.</param>
/// <param name="Value">Measured; null when a peer is not installed.</param>
/// <param name="Unit">Unit.</param>
/// <param name="AtLeast">Whether more is better.</param>
/// <param name="Goal">The goal.</param>
/// <param name="Missing">What to install when <paramref name="Value"/> is null.</param>
internal sealed record Figure(string Name, double? Value, string Unit, bool AtLeast, double Goal, string? Missing = null)
{
    public bool IsShort => Value is { } value && (AtLeast ? value < Goal : value > Goal);

    public override string ToString()
    {
        string goal = string.Create(CultureInfo.InvariantCulture, $"{(AtLeast ? ">=" : "<=")}{Goal}");
        return Value is { } value
            ? string.Create(CultureInfo.InvariantCulture, $"{Name}\t{value:G4}\t{Unit}\t{goal}\t{(IsShort ? "short" : "met")}")
            : $"{Name}\tskipped\t{Unit}\t{goal}\tapt: {Missing}";
    }
}
