using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>The table of states, against a model that looks at the whole past at every step.</summary>
public sealed class AlertMachineTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("D", "P")]
    [InlineData("DD", "PR")]
    [InlineData("D.D", "PPR")]
    [InlineData("D..D", "PPPP")]
    [InlineData("D...", "PPPQ")]
    [InlineData("DD.", "PRC")]
    [InlineData("DD..D", "PRCCR")]
    [InlineData("DD...", "PRCCQ")]
    [InlineData("DD..s.", "PRCCRC")]
    [InlineData("DD...D", "PRCCQP")]
    [InlineData("ss", "QQ")]
    public void Alert_raises_and_clears_by_the_state_table(string windows, string states)
    {
        AlertMachine machine = Machine(AlertPolicy.Default);
        AlertState state = AlertState.Quiet;
        for (int i = 0; i < windows.Length; i++)
        {
            foreach (DriftAlert change in machine.Observe(Report(i, windows[i]), Window(i)))
            {
                Assert.Equal(state, change.Before);
                state = change.State;
            }

            Assert.Equal(states[i], "QPRC"[(int)state]);
        }
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 3, 3)]
    [InlineData(3, 5, 2)]
    public void Any_sequence_agrees_with_the_model(int raise, int outOf, int clear)
    {
        RandomStream random = new(7);
        for (int round = 0; round < 200; round++)
        {
            AlertMachine machine = Machine(AlertPolicy.Default.Raise(raise, outOf).Clear(clear).AtMostADay(1000));
            List<char> since = [];
            bool raised = false, wasRaised = false;
            for (int i = 0; i < 60; i++)
            {
                char window = "DD..s"[random.NextBelow(5)];
                since.Add(window);
                if (!raised && since.TakeLast(outOf).Count(c => c == 'D') >= raise)
                {
                    (raised, since) = (true, []);
                }
                else if (raised && since.Count >= clear && since.TakeLast(clear).All(c => c == '.'))
                {
                    (raised, since) = (false, []);
                }

                IReadOnlyList<DriftAlert> changes = machine.Observe(Report(i, window), Window(i));
                Assert.Equal(raised, machine.Active.Count == 1);
                Assert.Equal(raised && !wasRaised, changes.Any(c => c.State == AlertState.Raised && c.Before is AlertState.Quiet or AlertState.Pending && c.RaisedAt == c.ChangedAt && c.State == AlertState.Raised));
                Assert.Equal(!raised && wasRaised, changes.Any(c => c.ClearedAt is not null));
                wasRaised = raised;
            }
        }
    }

    [Fact]
    public void The_budget_of_a_day_suppresses_and_the_next_alert_says_so()
    {
        AlertMachine machine = Machine(AlertPolicy.Default.Raise(1, 1).AtMostADay(2));
        DriftAlert[] first = [.. machine.Observe(Report(0, 'D', "a", "b", "c", "d"), Window(0))];
        Assert.Equal([false, false, true, true], first.Select(a => a.Suppressed));
        Assert.Equal(4, machine.Active.Count);
        DriftAlert next = Assert.Single(machine.Observe(Report(24 * 60, 'D', "e"), Window(1)));
        Assert.Equal((false, 2), (next.Suppressed, next.SuppressedBefore));
    }

    [Fact]
    public void An_alert_stays_while_a_policy_of_other_rules_says_drift()
    {
        AlertMachine machine = Machine(AlertPolicy.Default.Raise(1, 1).Clear(1));
        for (int i = 0; i < 4; i++)
        {
            DriftReport report = Report(i, 'D');
            machine.Observe(report with { Columns = [report.Columns[0] with { LogAdjustedPValue = -0.1, EffectValue = 0.01 }] }, Window(i));
            Assert.Equal(AlertState.Raised, Assert.Single(machine.Active).State);
        }
    }

    [Fact]
    public void Quality_rules_have_alerts_of_their_own()
    {
        AlertMachine machine = Machine(AlertPolicy.Default.Raise(2, 2).Clear(1));
        QualityFinding missing = new("x", QualityRule.Missing, 5, .1, 0, -9, "5 of 50 values are missing.");
        List<DriftAlert> changes = [];
        for (int i = 0; i < 4; i++)
        {
            changes.AddRange(machine.Observe(Report(i, '.') with { Quality = i < 2 ? [missing] : [] }, Window(i)));
        }

        Assert.Equal([AlertState.Pending, AlertState.Raised, AlertState.Quiet], changes.Select(c => c.State));
        Assert.All(changes, c => Assert.Equal(("x", "Missing"), (c.Column, c.Rule)));
        Assert.Single(changes.Select(c => c.Id).Distinct());
    }

    private static AlertMachine Machine(AlertPolicy policy) => new(policy);

    private static Guid Window(int number) => new(number, 0, 0, new byte[8]);

    /// <summary>D = drift, . = quiet, s = significant and below the floor, near it.</summary>
    private static DriftReport Report(int minute, char kind, params string[] columns) => new()
    {
        Alpha = 0.05,
        Window = new DriftWindow("m", null, null, Start.AddMinutes(minute), Start.AddMinutes(minute + 1)),
        Columns = [.. (columns.Length == 0 ? ["x"] : columns).Select(c => new ColumnFinding
        {
            Column = c,
            Verdict = kind == 'D' ? DriftVerdict.Drift : kind == 's' ? DriftVerdict.Slight : DriftVerdict.Stable,
            LogAdjustedPValue = kind == '.' ? -0.1 : -20,
            EffectFloor = 0.1,
            EffectValue = kind == 'D' ? 0.3 : kind == 's' ? 0.09 : 0.01,
        })],
    };
}
