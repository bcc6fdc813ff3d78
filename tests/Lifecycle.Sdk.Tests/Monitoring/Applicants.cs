using Lifecycle.Drift;
using Lifecycle.Statistics;

namespace Lifecycle.Sdk.Tests;

public sealed class Applicant
{
    public double Income { get; set; }

    public string Region { get; set; } = "";

    public int YearsAtJob { get; set; }
}

public sealed class Decision
{
    public bool Deny { get; set; }

    public string By { get; set; } = "";
}

/// <summary>Applicants drawn from a seed.</summary>
internal static class Applicants
{
    public static IReadOnlyList<Applicant> Draw(int count, ulong seed, double incomeShift = 0)
    {
        RandomStream random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new Applicant
        {
            Income = 20 + incomeShift + (60 * random.NextDouble()),
            Region = ((string[])["north", "south", "east"])[random.NextBelow(3)],
            YearsAtJob = random.NextBelow(30),
        })];
    }

    public static ReferenceProfile Profile(ulong seed = 1) => ReferenceProfile.From(Draw(2_000, seed), columns => columns
        .Numeric("income", a => a.Income).Category("Region", a => a.Region).Numeric("years_at_job", a => a.YearsAtJob));

    public static Decision Decide(Applicant applicant, string version) => new() { Deny = applicant.Income < 30, By = version };
}
