using System.Text.Json;
using FsCheck.Xunit;

namespace Lifecycle.Drift.Tests;

/// <summary>The alert machine against a model that looks at the whole past at every step, with restarts in between.</summary>
public sealed class AlertModelTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Columns = ["a", "b", "c"];

    [Property(MaxTest = 300)]
    public void Machine_agrees_with_the_model_over_restarts(byte[] steps, byte raise, byte outOf, byte clear, byte budget)
    {
        AlertPolicy policy = AlertPolicy.Default.Raise(1 + raise % 4, outOf: 1 + raise % 4 + outOf % 3).Clear(1 + clear % 3).AtMostADay(budget % 4);
        AlertMachine machine = Machine();
        Model model = new(policy);
        for (int i = 0; i < steps.Length; i++)
        {
            DateTimeOffset at = Start.AddHours(3 * i);
            string kinds = string.Concat(Columns.Select((_, c) => "D.s-"[(steps[i] >> (2 * c)) & 3]));
            List<string> changes = [.. machine.Observe(Report(at, kinds), Guid.Empty).Select(c => $"{c.Column} {c.Before}>{c.State} {c.Suppressed} {c.SuppressedBefore}")];
            Assert.Equal(model.Observe(at, kinds), changes);
            Assert.Equal(model.Active, machine.Active.Select(a => a.Column).Order(StringComparer.Ordinal));
            if (steps[i] >= 192)
            {
                string memory = JsonSerializer.Serialize(machine.ToState(), DriftJson.Default.AlertMachineState);
                machine = Machine();
                machine.Load(JsonSerializer.Deserialize(memory, DriftJson.Default.AlertMachineState)!);
            }
        }

        AlertMachine Machine() => new(policy);
    }

    /// <summary>D = drift, . = quiet, s = significant and near the floor, - = not tested.</summary>
    private static DriftReport Report(DateTimeOffset at, string kinds) => new()
    {
        Alpha = 0.05,
        Window = new DriftWindow("m", "model", "1", at.AddHours(-3), at),
        Columns = [.. Columns.Select((c, i) => new ColumnFinding
        {
            Column = c,
            Verdict = kinds[i] switch { 'D' => DriftVerdict.Drift, 's' => DriftVerdict.Slight, '-' => DriftVerdict.NotTested, _ => DriftVerdict.Stable },
            LogAdjustedPValue = kinds[i] == '.' ? -0.1 : -20,
            EffectFloor = 0.1,
            EffectValue = kinds[i] switch { 'D' => 0.3, 's' => 0.09, _ => 0.01 },
        })],
    };

    private sealed class Model(AlertPolicy policy)
    {
        private readonly Dictionary<string, string> _past = Columns.ToDictionary(c => c, _ => "");
        private readonly Dictionary<string, AlertState> _states = Columns.ToDictionary(c => c, _ => AlertState.Quiet);
        private readonly List<DateTimeOffset> _announced = [];
        private int _suppressed;

        public IEnumerable<string> Active => _states.Where(s => s.Value is AlertState.Raised or AlertState.Clearing).Select(s => s.Key).Order(StringComparer.Ordinal);

        public List<string> Observe(DateTimeOffset at, string kinds)
        {
            List<string> changes = [];
            for (int c = 0; c < Columns.Length; c++)
            {
                if (kinds[c] != '-')
                {
                    Step(changes, at, Columns[c], kinds[c]);
                }
            }

            return changes;
        }

        private void Step(List<string> changes, DateTimeOffset at, string column, char kind)
        {
            AlertState before = _states[column];
            bool wasUp = before is AlertState.Raised or AlertState.Clearing;
            string past = _past[column] += kind;
            int drifted = past.TakeLast(policy.OutOf).Count(k => k == 'D'), quiet = past.Reverse().TakeWhile(k => k == '.').Count();
            AlertState after = wasUp
                ? quiet >= policy.ClearAfter ? AlertState.Quiet : quiet > 0 ? AlertState.Clearing : AlertState.Raised
                : drifted >= policy.RaiseAt ? AlertState.Raised : drifted > 0 ? AlertState.Pending : AlertState.Quiet;
            _states[column] = after;
            bool isSuppressed = _lastSuppressed.GetValueOrDefault(column);
            int told = _lastTold.GetValueOrDefault(column);
            if (after == AlertState.Raised && !wasUp)
            {
                isSuppressed = _announced.Count(a => at - a < TimeSpan.FromDays(1)) >= policy.Budget;
                told = isSuppressed ? 0 : _suppressed;
                _suppressed = isSuppressed ? _suppressed + 1 : 0;
                if (!isSuppressed)
                {
                    _announced.Add(at);
                }
            }

            (_lastSuppressed[column], _lastTold[column]) = (isSuppressed, told);
            if (after != before)
            {
                changes.Add($"{column} {before}>{after} {isSuppressed} {told}");
            }

            if (after == AlertState.Quiet)
            {
                (_past[column], _lastSuppressed[column], _lastTold[column]) = ("", false, 0);
            }
        }

        private readonly Dictionary<string, bool> _lastSuppressed = [];
        private readonly Dictionary<string, int> _lastTold = [];
    }
}
