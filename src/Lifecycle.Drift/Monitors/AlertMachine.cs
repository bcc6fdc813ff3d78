using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>
/// Turns windows into alerts, with hysteresis: each column and rule has its state. Not safe for several threads; a monitor's background
/// task owns it.
/// </summary>
internal sealed class AlertMachine(AlertPolicy policy)
{
    private const double EasyEffect = 0.8;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly Dictionary<(string Column, string Rule), Track> _tracks = [];
    private readonly Queue<DateTimeOffset> _raised = new();
    private int _suppressed;

    /// <summary>Alerts that are raised or clearing.</summary>
    public IReadOnlyList<DriftAlert> Active => [.. _tracks.Values.Where(t => t.State is AlertState.Raised or AlertState.Clearing).Select(t => t.Alert!)];

    /// <summary>Forgets what it knows and goes on from another machine's memory.</summary>
    public void Load(AlertMachineState state)
    {
        _tracks.Clear();
        foreach (AlertTrack track in state.Tracks)
        {
            _tracks[(track.Alert.Column, track.Alert.Rule)] = new Track(track);
        }

        _raised.Clear();
        foreach (DateTimeOffset at in state.Announced)
        {
            _raised.Enqueue(at);
        }

        _suppressed = state.Suppressed;
    }

    /// <summary>What is to be remembered.</summary>
    public AlertMachineState ToState() => new()
    {
        Tracks = [.. _tracks.Values.Select(t => t.ToState()).OrderBy(t => t.Alert.Column, StringComparer.Ordinal).ThenBy(t => t.Alert.Rule, StringComparer.Ordinal)],
        Announced = [.. _raised],
        Suppressed = _suppressed,
    };

    /// <summary>Takes a window in; returns every change of a state. Alerts that begin take their ids from that of the window.</summary>
    public IReadOnlyList<DriftAlert> Observe(DriftReport report, Guid id)
    {
        DriftWindow window = report.Window!;
        List<DriftAlert> changes = [];
        foreach (ColumnFinding finding in report.Columns.Where(c => c.Verdict != DriftVerdict.NotTested))
        {
            bool isQuiet = finding.Verdict != DriftVerdict.Drift
                && (finding.LogAdjustedPValue > Math.Log(2 * report.Alpha) || finding.EffectValue < EasyEffect * finding.EffectFloor);
            Step(changes, window, id, (finding.Column, DriftAlert.DriftRule), finding.Verdict == DriftVerdict.Drift, isQuiet, finding.ToString());
        }

        Dictionary<(string, string), string> found = [];
        foreach (QualityFinding quality in report.Quality)
        {
            found[(quality.Column, quality.Rule.ToString())] = $"{quality.Column}: {quality.Message}";
        }

        (string Column, string Rule)[] known = [.. _tracks.Keys.Where(k => k.Rule != DriftAlert.DriftRule && !found.ContainsKey(k))];
        foreach ((string Column, string Rule) key in known)
        {
            Step(changes, window, id, key, isBad: false, isQuiet: true, $"{key.Column}: {key.Rule} is over.");
        }

        foreach (((string, string) key, string summary) in found)
        {
            Step(changes, window, id, key, isBad: true, isQuiet: false, summary);
        }

        return changes;
    }

    private void Step(List<DriftAlert> changes, DriftWindow window, Guid id, (string Column, string Rule) key, bool isBad, bool isQuiet, string summary)
    {
        if (!_tracks.TryGetValue(key, out Track? track))
        {
            if (!isBad)
            {
                return;
            }

            _tracks[key] = track = new Track();
        }

        AlertState before = track.State;
        track.Step(policy, isBad, isQuiet);
        if (track.State == before)
        {
            return;
        }

        DriftAlert alert = (before == AlertState.Quiet ? null : track.Alert) ?? new DriftAlert
        {
            Id = IdOf(id, key), Monitor = window.Monitor, Model = window.Model, Version = window.Version, Column = key.Column, Rule = key.Rule, Summary = summary,
        };
        alert = alert with { Before = before, State = track.State, ChangedAt = window.End, Summary = summary };
        bool wasRaised = before is AlertState.Raised or AlertState.Clearing;
        if (track.State == AlertState.Raised && !wasRaised)
        {
            alert = Announce(alert, window.End);
        }
        else if (track.State == AlertState.Quiet && wasRaised)
        {
            alert = alert with { ClearedAt = window.End };
        }

        track.Alert = alert;
        changes.Add(alert);
        if (track.State == AlertState.Quiet)
        {
            _tracks.Remove(key);
        }
    }

    /// <summary>A name-based id: the same whether the window is judged in memory or in the store.</summary>
    private static Guid IdOf(Guid window, (string Column, string Rule) key)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{window:N}|{key.Rule}|{key.Column}"));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    private DriftAlert Announce(DriftAlert alert, DateTimeOffset at)
    {
        while (_raised.TryPeek(out DateTimeOffset oldest) && at - oldest >= Day)
        {
            _raised.Dequeue();
        }

        if (_raised.Count >= policy.Budget)
        {
            _suppressed++;
            return alert with { RaisedAt = at, Suppressed = true };
        }

        _raised.Enqueue(at);
        int suppressed = _suppressed;
        _suppressed = 0;
        return alert with { RaisedAt = at, SuppressedBefore = suppressed };
    }

    private sealed class Track
    {
        private readonly Queue<bool> _last = new();
        private int _quiet;

        public Track()
        {
        }

        public Track(AlertTrack state)
        {
            (State, Alert, _quiet) = (state.Alert.State, state.Alert, state.Quiet);
            foreach (char window in state.Last)
            {
                _last.Enqueue(window == 'D');
            }
        }

        public AlertState State { get; private set; }

        public DriftAlert? Alert { get; set; }

        public AlertTrack ToState() => new(Alert!, string.Concat(_last.Select(isBad => isBad ? 'D' : '.')), _quiet);

        public void Step(AlertPolicy policy, bool isBad, bool isQuiet)
        {
            _last.Enqueue(isBad);
            while (_last.Count > policy.OutOf)
            {
                _last.Dequeue();
            }

            int bad = _last.Count(b => b);
            if (State is AlertState.Quiet or AlertState.Pending)
            {
                State = bad >= policy.RaiseAt ? AlertState.Raised : bad > 0 ? AlertState.Pending : AlertState.Quiet;
                _quiet = 0;
                return;
            }

            _quiet = isQuiet ? _quiet + 1 : 0;
            State = _quiet >= policy.ClearAfter ? AlertState.Quiet : _quiet > 0 ? AlertState.Clearing : AlertState.Raised;
        }
    }
}
