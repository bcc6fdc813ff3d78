namespace Lifecycle.Validation;

/// <summary>What one column may hold after a change.</summary>
internal sealed class ColumnRule
{
    private readonly CodedColumn _column;
    private readonly double[] _allowed;
    private readonly HashSet<string>? _texts;
    private readonly double _low, _high;
    private readonly bool _up, _down;

    public ColumnRule(CodedColumn column)
    {
        FeatureColumn f = column.Feature;
        _column = column;
        _allowed = [.. f.AllowedNumbers];
        _texts = f.AllowedTexts.Count > 0 ? new HashSet<string>(f.AllowedTexts, StringComparer.Ordinal) : null;
        (_low, _high, _up, _down, IsFixed) = (f.Minimum, f.Maximum, f.IsOnlyUp, f.IsOnlyDown, f.IsImmutable);
        IsFree = !IsFixed && !_up && !_down && _allowed.Length == 0 && _texts is null
            && column.Type is ColumnType.Double or ColumnType.String
            && !f.IsInteger && double.IsNegativeInfinity(_low) && double.IsPositiveInfinity(_high);
    }

    public bool IsFixed { get; }

    /// <summary>Whether any value is lawful as it is.</summary>
    public bool IsFree { get; }

    /// <summary>Whether the words of a text column have a say.</summary>
    public bool NeedsWords => _texts is not null;

    /// <summary>Moves a changed value to the nearest lawful one; false when there is none.</summary>
    public bool TryHold(ref double value, double original, double low = double.NegativeInfinity, double high = double.PositiveInfinity)
    {
        if (value.Equals(original))
        {
            return value >= low && value <= high || double.IsNaN(value);
        }

        if (IsFixed)
        {
            return false;
        }

        if (double.IsNaN(value))
        {
            return true;
        }

        if (_column.Kind != CellKind.Number)
        {
            value = _column.Kind == CellKind.Text ? value : _column.Fit(value);
            return value >= low && value <= high;
        }

        bool isKnown = !double.IsNaN(original);
        low = Math.Max(Math.Max(low, _low), _up && isKnown ? original : double.NegativeInfinity);
        high = Math.Min(Math.Min(high, _high), _down && isKnown ? original : double.PositiveInfinity);
        if (_allowed.Length > 0)
        {
            return TryNearest(ref value, low, high);
        }

        if (_column.IsWhole)
        {
            (low, high, value) = (Math.Ceiling(low), Math.Floor(high), Math.Round(value));
        }

        if (!(low <= high))
        {
            return false;
        }

        value = Inward(_column.Fit(Math.Clamp(value, low, high)), low, high);
        return value >= low && value <= high;
    }

    public bool AllowsWord(string word) => _texts is null || _texts.Contains(word);

    /// <summary>
    /// Whether a value is lawful on its own and as a change of the original; the original itself is judged by what it is.
    /// </summary>
    public bool Holds(double value, double original)
    {
        if (double.IsNaN(value))
        {
            return !IsFixed || double.IsNaN(original);
        }

        return !(IsFixed && !value.Equals(original))
            && !(_up && value < original)
            && !(_down && value > original)
            && (_column.Kind != CellKind.Number
                || (value >= _low && value <= _high && (!_column.IsWhole || value == Math.Floor(value))
                    && (_allowed.Length == 0 || Array.BinarySearch(_allowed, value) >= 0)));
    }

    private bool TryNearest(ref double value, double low, double high)
    {
        double best = double.NaN, wanted = value;
        foreach (double candidate in _allowed)
        {
            bool isLawful = candidate >= low && candidate <= high && (!_column.IsWhole || candidate == Math.Floor(candidate))
                && _column.Fit(candidate) == candidate;
            if (isLawful && !(Math.Abs(candidate - wanted) >= Math.Abs(best - wanted)))
            {
                best = candidate;
            }
        }

        value = best;
        return !double.IsNaN(best);
    }

    /// <summary>Single precision may round a value across the end of its range; then the next one inside is taken.</summary>
    private double Inward(double value, double low, double high) =>
        _column.Type != ColumnType.Single ? value
        : value > high ? MathF.BitDecrement((float)value)
        : value < low ? MathF.BitIncrement((float)value)
        : value;
}
