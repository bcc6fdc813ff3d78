namespace Lifecycle.Validation;

/// <summary>A sum with Neumaier's compensation (1974).</summary>
internal struct NeumaierSum
{
    private double _sum, _lost;

    public readonly double Value => double.IsFinite(_sum) ? _sum + _lost : _sum;

    public void Add(NeumaierSum other)
    {
        Add(other._sum);
        Add(other._lost);
    }

    public void Add(double term)
    {
        double total = _sum + term;
        _lost += Math.Abs(_sum) >= Math.Abs(term) ? _sum - total + term : term - total + _sum;
        _sum = total;
    }
}
