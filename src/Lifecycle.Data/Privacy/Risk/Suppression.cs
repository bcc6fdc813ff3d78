namespace Lifecycle.Data;

/// <summary>Leaves out the classes that fail a requirement, measures the distances anew, and again, until all hold.</summary>
internal sealed class Suppression
{
    private Suppression(bool[] leftOut, int rounds, bool isMet, long rows)
    {
        LeftOut = leftOut;
        Rounds = rounds;
        IsMet = isMet;
        Rows = rows;
    }

    /// <summary>Whether each class is left out.</summary>
    public bool[] LeftOut { get; }

    /// <summary>Rounds in which something was left out.</summary>
    public int Rounds { get; }

    /// <summary>Whether all classes that are left hold.</summary>
    public bool IsMet { get; }

    /// <summary>Rows that are left out.</summary>
    public long Rows { get; }

    public static Suppression Of(ClassTable table, PrivacyRequirement requirement, bool isNumber)
    {
        bool[] leftOut = new bool[table.Sizes.Length];
        long rows = 0;
        for (int round = 0; ; round++)
        {
            List<int> failing = Failing(table, leftOut, requirement, isNumber);
            if (failing.Count == 0 || round == PrivacyRequirement.MaximumRounds)
            {
                return new Suppression(leftOut, round, failing.Count == 0, rows);
            }

            foreach (int id in failing)
            {
                leftOut[id] = true;
                rows += table.Sizes[id];
            }
        }
    }

    private static List<int> Failing(ClassTable table, bool[] leftOut, PrivacyRequirement requirement, bool isNumber)
    {
        List<int> failing = [];
        SensitiveTotals? totals = table.HasSensitive && requirement.T < 1 ? table.Totals(leftOut) : null;
        for (int id = 0; id < leftOut.Length; id++)
        {
            if (!leftOut[id]
                && (table.Sizes[id] < requirement.K
                    || (table.HasSensitive && table.Distinct(id) < requirement.L)
                    || (totals is not null && (isNumber ? table.NumberDistance(id, totals) : table.CategoryDistance(id, totals)) > requirement.T)))
            {
                failing.Add(id);
            }
        }

        return failing;
    }
}
