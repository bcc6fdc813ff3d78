namespace Lifecycle.Validation;

/// <summary>A count metric of a group and of all rows; NaN where it is undefined.</summary>
internal abstract class CellFunction
{
    public static CellFunction Of(Metric metric) => metric switch
    {
        _ when metric == Metric.PredictedPositiveShare => new Joint((own, all) => own.PredictedPositives / all.PredictedPositives),
        { Share: { } share } => new Quotient(share),
        _ => new Joint((own, _) => own.Total == 0 ? double.NaN : metric.OfCounts!(own).Or(double.NaN)),
    };

    public abstract double Value(in ConfusionCounts own, in ConfusionCounts all);

    /// <summary>Values of all series in one replicate; series 0 is all rows.</summary>
    public virtual void Fill(ConfusionCounts[] counted, double[][] drawn, int replicate)
    {
        for (int s = 0; s < counted.Length; s++)
        {
            drawn[s][replicate] = Value(counted[s], counted[0]);
        }
    }

    private sealed class Joint(Func<ConfusionCounts, ConfusionCounts, double> function) : CellFunction
    {
        public override double Value(in ConfusionCounts own, in ConfusionCounts all) => function(own, all);
    }

    /// <summary>A share is a quotient of sums of cells; which cells is asked once, with one row in each. 0/0 is NaN.</summary>
    private sealed class Quotient(CountShare share) : CellFunction
    {
        private readonly ConfusionCounts _above = Weights(share.Successes), _below = Weights(share.Trials);

        public override double Value(in ConfusionCounts own, in ConfusionCounts all) => Sum(_above, own) / Sum(_below, own);

        public override void Fill(ConfusionCounts[] counted, double[][] drawn, int replicate)
        {
            ConfusionCounts above = _above, below = _below;
            for (int s = 0; s < counted.Length; s++)
            {
                drawn[s][replicate] = Sum(above, counted[s]) / Sum(below, counted[s]);
            }
        }

        private static ConfusionCounts Weights(Func<ConfusionCounts, double> sum) =>
            new(sum(new(1, 0, 0, 0)), sum(new(0, 1, 0, 0)), sum(new(0, 0, 1, 0)), sum(new(0, 0, 0, 1)));

        private static double Sum(in ConfusionCounts weights, in ConfusionCounts counts) =>
            weights.TrueNegatives * counts.TrueNegatives + weights.FalsePositives * counts.FalsePositives
            + weights.FalseNegatives * counts.FalseNegatives + weights.TruePositives * counts.TruePositives;
    }
}
