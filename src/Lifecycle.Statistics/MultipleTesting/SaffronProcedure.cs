namespace Lifecycle.Statistics;

/// <summary>SAFFRON: time passes only with p-values above λ.</summary>
internal sealed class SaffronProcedure : OnlineFalseDiscovery
{
    private readonly double _limit;

    // For each rejection the p-values above λ up to and with it: t - τ - C counts those after it, and one.
    private readonly List<long> _passed = [];
    private long _slow;

    public SaffronProcedure(double level, double candidateLimit, double wealth)
        : base(level, wealth)
    {
        ErrorLevel.Require(candidateLimit);
        _limit = candidateLimit;
    }

    public override int Rejections => _passed.Count;

    public override double NextLevel
    {
        get
        {
            double next = InitialWealth * Share(1 + _slow);
            for (int j = 0; j < _passed.Count; j++)
            {
                next += WealthOf(j) * Share(1 + _slow - _passed[j]);
            }

            return Math.Min(_limit, (1 - _limit) * next);
        }
    }

    private protected override void Record(double pValue, bool rejected)
    {
        _slow += pValue > _limit ? 1 : 0;
        if (rejected)
        {
            _passed.Add(_slow);
        }
    }

    private static double Share(long j) => 0.4374901658 * Math.Pow(j, -1.6);
}
