namespace Lifecycle.Drift;

public sealed partial class Rddm
{
    private void Store(byte value)
    {
        _last = _last + 1 == _ring.Length ? 0 : _last + 1;
        _ring[_last] = value;
        if (_stored < _ring.Length)
        {
            _stored++;
            return;
        }

        _first = _first + 1 == _ring.Length ? 0 : _first + 1;
        if (_warnedAt == _last)
        {
            _warnedAt = -1;
        }
    }

    /// <summary>Learns again from the kept values: those since the warning when there was one.</summary>
    private void Replay(bool takesMinimum)
    {
        if (_warnedAt >= 0)
        {
            _first = _warnedAt;
            _stored = _last - _first + 1;
            _stored += _stored <= 0 ? _ring.Length : 0;
        }

        (_n, _p) = (1, 1);
        for (int i = 0, at = _first; i < _stored; i++, at = at + 1 == _ring.Length ? 0 : at + 1)
        {
            _p += (_ring[at] - _p) / _n;
            double s = Math.Sqrt(_p * (1 - _p) / _n);
            if (takesMinimum && _n > WarmUp && _p + s < _leastSum)
            {
                (_leastSum, _leastP, _leastS) = (_p + s, _p, s);
            }

            _n++;
        }

        (_warnedAt, _warnedSince, _isReplay) = (-1, -1, false);
    }

    private protected override void Transfer(DetectorState state)
    {
        state.Values(_ring);
        state.Value(ref _first, 0, _ring.Length - 1);
        state.Value(ref _last, -1, _ring.Length - 1);
        state.Value(ref _stored, 0, _ring.Length);
        state.Value(ref _warnedAt, -1, _ring.Length - 1);
        state.Value(ref _n);
        state.Value(ref _seen);
        state.Value(ref _warnedSince);
        state.Value(ref _p);
        state.Value(ref _leastSum);
        state.Value(ref _leastP);
        state.Value(ref _leastS);
        state.Value(ref _isReplay);
    }
}
