using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>
/// Watches a stream of numbers, one at a time, for a change of its law. An update takes constant memory and allocates nothing after the
/// first one. What is watched is usually
/// the error of a model (1 = wrong, 0 = right) or any number that comes with each prediction. One detector belongs to one thread.
/// </summary>
/// <remarks>
/// A detector is made by <c>new</c> with the defaults of its paper, or by <c>ForRunLength</c> with a chosen number of values between
/// false alarms, which is what differs most
/// between streams: the same defaults give no alarm and one in a thousand values, depending on the error rate alone.
/// </remarks>
public abstract class StreamDetector
{
    // Squares of larger values, added up, would leave the range of a double and silence a detector for good.
    internal const double Greatest = 1e100;

    private bool _isPrepared, _isRestart, _isAfterDrift;
    private double _least = double.PositiveInfinity, _greatest, _driftLevel, _warningLevel;
    private bool _binaryOnly;
    private long _updates, _ignored, _alarms, _count, _lastAlarm = -1;
    private Signal _signal;
    private double _expectedRunLength = double.NaN;

    private protected StreamDetector()
    {
    }

    /// <summary>Whether a value that the detector cannot take throws; by default it is ignored and counted.</summary>
    public bool Strict { get; init; }

    /// <summary>The answer to the latest value that was taken.</summary>
    public Signal Signal => _signal;

    /// <summary>Values given so far, the ignored ones included.</summary>
    public long Updates => _updates;

    /// <summary>Values ignored so far: NaN, infinite, beyond 1e100 in size, or outside of what the detector takes (0 and 1, or 0 to 1).</summary>
    public long Ignored => _ignored;

    /// <summary>Values taken since the detector last started: at first, after each drift, after <see cref="Reset"/>.</summary>
    public long Count => _count;

    /// <summary>Drifts found so far.</summary>
    public long Alarms => _alarms;

    /// <summary>Index of the value that raised the latest drift, the first value given being 0; null before the first drift.</summary>
    public long? LastAlarm => _lastAlarm < 0 ? null : _lastAlarm;

    /// <summary>
    /// Mean number of values between two false alarms while nothing changes; known when the detector was made by <c>ForRunLength</c>, or
    /// when its law is exact (normal values of
    /// known mean and standard deviation). Null otherwise.
    /// </summary>
    public double? ExpectedRunLength => double.IsNaN(_expectedRunLength) ? KnownRunLength() : _expectedRunLength;

    /// <summary>The level on the scale of the score above which a drift is signalled.</summary>
    private protected abstract double Level { get; }

    /// <summary>Which values are taken.</summary>
    private protected abstract ValueDomain Domain { get; }

    /// <summary>Whether the course of the score before the first alarm does not depend on the level.</summary>
    private protected virtual bool IsLevelFree => true;

    internal bool HasFreeScore => IsLevelFree;

    /// <summary>How many updates a simulation may take: fewer for dear ones.</summary>
    internal virtual double RunsWorth => 1e9;

    /// <summary>Whether neighbouring scores have run lengths so far apart that few runs tell them apart.</summary>
    internal virtual bool HasCoarseScore => false;

    /// <summary>Whether scores may be negative, which levels may not be.</summary>
    internal virtual bool HasPositiveLevel => false;

    /// <summary>Relative distance below which two scores differ by rounding only.</summary>
    internal virtual double Grain => 0;

    /// <summary>Where a search for the level begins: runs are short there.</summary>
    internal virtual double FirstLevel => 0.5;

    /// <summary>Takes the next value.</summary>
    /// <param name="value">Usually 1 for a wrong and 0 for a right prediction. Values a detector cannot take are counted and otherwise
    /// have no effect.</param>
    /// <returns>Whether the value raises a drift or a warning; <see cref="Signal.None"/> for an ignored value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value cannot be taken and the detector is <see cref="Strict"/>.</exception>
    public Signal Update(double value)
    {
        _updates++;
        if (value >= _least && value <= _greatest && (!_binaryOnly || value == 0 || value == 1))
        {
            return Take(value);
        }

        return Unusual(value);
    }

    /// <summary>Takes whether a prediction was wrong.</summary>
    /// <param name="isError">True counts as 1, false as 0.</param>
    /// <returns>Whether the value raises a drift or a warning.</returns>
    public Signal Update(bool isError) => Update(isError ? 1.0 : 0.0);

    /// <summary>Forgets what was learned of the stream. The counts of values, ignored values and alarms go on.</summary>
    public void Reset()
    {
        _isRestart = _isPrepared;
        _isAfterDrift = false;
        _count = 0;
        _signal = Signal.None;
    }

    /// <summary>The detector and its settings, for example <c>Ddm(Drift 3, Warning 2, WarmUp 30)</c>.</summary>
    public override string ToString() => Describe();

    /// <summary>Tells a detector that draws by itself which run it simulates.</summary>
    internal virtual void Simulate(ulong index)
    {
    }

    /// <summary>The next score, whatever the level; for simulations.</summary>
    internal virtual double Score(double value)
    {
        Start();
        return Advance(value);
    }

    private protected void Start()
    {
        if (!_isPrepared)
        {
            Prepare();
        }
    }

    /// <summary>Refuses settings that contradict each other, and laws of values that are not taken.</summary>
    internal void RequireFit(StreamLaw law)
    {
        RequireSettings();
        law.Require(Domain, GetType().Name);
    }

    internal void Expect(double runLength) => _expectedRunLength = runLength;

    /// <summary>Refuses settings that contradict each other.</summary>
    private protected virtual void RequireSettings()
    {
    }

    /// <summary>Sets all state to that before the first value; makes the buffers at the first call.</summary>
    private protected abstract void Begin();

    /// <summary>Moves the state by one value and returns the score, to be held against the levels; NaN or negative infinity while there
    /// is none.</summary>
    private protected abstract double Advance(double value);

    /// <summary>Reads or writes all state beyond the settings.</summary>
    private protected abstract void Transfer(DetectorState state);

    /// <summary>The settings, in the words of the properties.</summary>
    private protected abstract string Describe();

    /// <summary>What happens at the update after a drift.</summary>
    private protected virtual void AfterDrift() => Begin();

    private protected virtual double? KnownRunLength() => null;

    /// <summary>A drift is a score above <paramref name="drift"/>, a warning one above <paramref name="warning"/>.</summary>
    private protected void SetLevels(double drift, double warning)
    {
        _driftLevel = drift;
        _warningLevel = Math.Min(drift, warning);
    }

    private protected void SetLevels(double drift) => SetLevels(drift, drift);

    private protected static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private Signal Take(double value)
    {
        if (_isRestart)
        {
            Restart();
        }

        _count++;
        double score = Advance(value);
        if (!(score > _warningLevel))
        {
            return _signal = Signal.None;
        }

        return _signal = score > _driftLevel ? Alarm() : Signal.Warning;
    }

    private Signal Alarm()
    {
        _alarms++;
        _lastAlarm = _updates - 1;
        _isRestart = true;
        _isAfterDrift = true;
        return Signal.Drift;
    }

    private void Restart()
    {
        _isRestart = false;
        _count = 0;
        if (_isAfterDrift)
        {
            _isAfterDrift = false;
            AfterDrift();
        }
        else
        {
            Begin();
        }
    }

    private Signal Unusual(double value)
    {
        if (!_isPrepared)
        {
            Prepare();
            if (value >= _least && value <= _greatest && (!_binaryOnly || value == 0 || value == 1))
            {
                return Take(value);
            }
        }

        _ignored++;
        if (Strict)
        {
            string range = Domain switch { ValueDomain.Binary => "0 or 1", ValueDomain.UnitInterval => "a number from 0 to 1", _ => "a number of at most 1e100 in size" };
            throw new ArgumentOutOfRangeException(nameof(value), value, $"{GetType().Name} takes {range}, for example 1 for a wrong prediction.");
        }

        return Signal.None;
    }

    private void Prepare()
    {
        _isPrepared = true;
        (_least, _greatest) = Domain == ValueDomain.Finite ? (-Greatest, Greatest) : (0, 1);
        _binaryOnly = Domain == ValueDomain.Binary;
        SetLevels(Level);
        Begin();
    }

    /// <summary>Gives up buffers that a copy of all fields would share.</summary>
    private protected virtual void Detach()
    {
    }

    /// <summary>A detector with the same settings that has seen nothing.</summary>
    private protected StreamDetector Renewed()
    {
        StreamDetector fresh = (StreamDetector)MemberwiseClone();
        fresh.Detach();
        fresh._isPrepared = fresh._isRestart = fresh._isAfterDrift = false;
        (fresh._least, fresh._signal) = (double.PositiveInfinity, Signal.None);
        (fresh._updates, fresh._ignored, fresh._alarms, fresh._count, fresh._lastAlarm) = (0, 0, 0, 0, -1);
        return fresh;
    }

    private void TransferAll(DetectorState state)
    {
        state.Value(ref _isRestart);
        state.Value(ref _isAfterDrift);
        state.Value(ref _updates);
        state.Value(ref _ignored);
        state.Value(ref _alarms);
        state.Value(ref _count);
        state.Value(ref _lastAlarm);
        int signal = (int)_signal;
        state.Value(ref signal, 0, (int)Signal.Drift);
        _signal = (Signal)signal;
        state.Value(ref _expectedRunLength);
        state.Value(ref _driftLevel);
        state.Value(ref _warningLevel);
        Transfer(state);
    }

    /// <summary>Writes what the detector knows, so that another process can go on from here with <see cref="Restore"/>.</summary>
    /// <returns>Settings, counts and state; a few dozen bytes, more for detectors with a window. Little-endian, ends with a
    /// checksum.</returns>
    public byte[] Save()
    {
        Start();
        DetectorState state = DetectorState.ToWrite(Describe());
        TransferAll(state);
        return state.Finish();
    }

    /// <summary>Goes on where a detector of the same type and settings stood when it was saved.</summary>
    /// <param name="saved">What <see cref="Save"/> gave.</param>
    /// <exception cref="ArgumentException">It was saved by a detector of another type or with other settings; the message names
    /// both.</exception>
    /// <exception cref="InvalidDataException">The bytes are cut, damaged, or written by a newer version. The detector is
    /// unchanged or, where the bytes contradict themselves, as new.</exception>
    public void Restore(ReadOnlySpan<byte> saved)
    {
        DetectorState state = DetectorState.ToRead(saved, Describe());
        Prepare();
        try
        {
            TransferAll(state);
            state.Finish();
        }
        catch (InvalidDataException)
        {
            Prepare();
            (_updates, _ignored, _alarms, _count, _lastAlarm, _signal) = (0, 0, 0, 0, -1, Signal.None);
            (_isRestart, _isAfterDrift) = (false, false);
            throw;
        }
    }
}
