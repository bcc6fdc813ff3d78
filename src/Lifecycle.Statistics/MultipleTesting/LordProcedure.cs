namespace Lifecycle.Statistics;

/// <summary>LORD++: levels renew at every rejection.</summary>
internal sealed class LordProcedure(double level, double wealth) : OnlineFalseDiscovery(level, wealth)
{
    private readonly List<long> _rejections = [];

    public override int Rejections => _rejections.Count;

    public override double NextLevel
    {
        get
        {
            long now = Tests + 1;
            double next = InitialWealth * Share(now);
            for (int j = 0; j < _rejections.Count; j++)
            {
                next += WealthOf(j) * Share(now - _rejections[j]);
            }

            return next;
        }
    }

    private protected override void Record(double pValue, bool rejected)
    {
        if (rejected)
        {
            _rejections.Add(Tests);
        }
    }

    private static double Share(long j) => 0.07720838 * Math.Log(Math.Max(j, 2)) / (j * Math.Exp(Math.Sqrt(Math.Log(j))));
}
