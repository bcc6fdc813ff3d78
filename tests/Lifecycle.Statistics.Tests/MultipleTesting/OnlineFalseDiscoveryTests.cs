using FsCheck.Xunit;

namespace Lifecycle.Statistics.Tests;

public class OnlineFalseDiscoveryTests
{
    private static readonly double[] P =
        [2.9e-8, .06743, .01514, .08174, .00171, 3.6e-5, .79149, .27201, .28295, 7.59e-8, .69274, .30443, .00136, .72342, .54757];

    [Fact]
    public void Lord_spends_its_documented_levels()
    {
        OnlineDecision[] decisions = [.. P.Select(OnlineFalseDiscovery.LordPlusPlus().Test)];
        Same([.0002675838546, .00246644572, .0005732817542, .000487280476], decisions);
        Assert.Equal([1, 6, 10], Rejected(decisions));
    }

    [Fact]
    public void Saffron_spends_its_documented_levels()
    {
        OnlineFalseDiscovery procedure = OnlineFalseDiscovery.Saffron();
        OnlineDecision[] decisions = [.. P.Select(procedure.Test)];
        Same([.005468627073, .01093725415, .01093725415, .01093725415, .01093725415, .02187450829, .03281176244, .01082384502], decisions);
        Assert.Equal([1, 5, 6, 10, 13], Rejected(decisions));
        Assert.Equal((15, 5), (procedure.Tests, procedure.Rejections));
    }

    [Property(MaxTest = 100)]
    public void Levels_are_those_of_the_formulas(ushort[] codes)
    {
        double[] p = [.. codes.Select(c => Math.Pow((c + 1) / 65537.0, 3))];
        OnlineFalseDiscovery lord = OnlineFalseDiscovery.LordPlusPlus(.1, .02), saffron = OnlineFalseDiscovery.Saffron(.1, .3, .04);
        List<long> byLord = [], bySaffron = [];
        for (int t = 1; t <= p.Length; t++)
        {
            static double Gamma(double j) => .07720838 * Math.Log(Math.Max(j, 2)) / (j * Math.Exp(Math.Sqrt(Math.Log(j))));
            double level = Gamma(t) * .02 + byLord.Select((r, j) => (j == 0 ? .08 : .1) * Gamma(t - r)).Sum();
            OnlineDecision decision = lord.Test(p[t - 1]);
            Close.Relative(level, decision.Level, 1e-12);
            Assert.Equal((t, p[t - 1] <= decision.Level), (decision.Index, decision.Rejected));

            double Share(long after) => .4374901658 * Math.Pow(t - after - p.Skip((int)after).Take(t - 1 - (int)after).Count(v => v <= .3), -1.6);
            double spent = Math.Min(.3, .7 * (.04 * Share(0) + bySaffron.Select((r, j) => (j == 0 ? .06 : .1) * Share(r)).Sum()));
            OnlineDecision second = saffron.Test(p[t - 1]);
            Close.Relative(spent, second.Level, 1e-12);
            byLord.AddRange(decision.Rejected ? [t] : []);
            bySaffron.AddRange(second.Rejected ? [t] : []);
        }
    }

    [Fact]
    public void False_discoveries_stay_below_their_rate()
    {
        // 300 sequences of 200 tests, 30 % of them with an effect of three standard deviations.
        double lord = 0, saffron = 0;
        for (ulong sequence = 0; sequence < 300; sequence++)
        {
            RandomStream random = new(21, sequence);
            OnlineFalseDiscovery[] procedures = [OnlineFalseDiscovery.LordPlusPlus(), OnlineFalseDiscovery.Saffron()];
            int[] wrong = [0, 0];
            for (int t = 0; t < 200; t++)
            {
                bool real = random.NextDouble() < .3;
                double p = NormalDistribution.Survival(random.NextGaussian() + (real ? 3 : 0));
                wrong[0] += procedures[0].Test(p).Rejected && !real ? 1 : 0;
                wrong[1] += procedures[1].Test(p).Rejected && !real ? 1 : 0;
            }

            lord += wrong[0] / Math.Max(1.0, procedures[0].Rejections);
            saffron += wrong[1] / Math.Max(1.0, procedures[1].Rejections);
        }

        Assert.InRange(lord / 300, 0, .05);
        Assert.InRange(saffron / 300, 0, .05);
    }

    [Fact]
    public void Wrong_parameters_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => OnlineFalseDiscovery.LordPlusPlus(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => OnlineFalseDiscovery.LordPlusPlus(1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => OnlineFalseDiscovery.LordPlusPlus(.05, .06));
        Assert.Throws<ArgumentOutOfRangeException>(() => OnlineFalseDiscovery.Saffron(.05, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => OnlineFalseDiscovery.Saffron(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => OnlineFalseDiscovery.Saffron().Test(2));
    }

    private static IEnumerable<long> Rejected(OnlineDecision[] decisions) => decisions.Where(d => d.Rejected).Select(d => d.Index);

    private static void Same(double[] levels, OnlineDecision[] decisions)
    {
        for (int i = 0; i < levels.Length; i++)
        {
            // The constants have ten digits.
            Close.Relative(levels[i], decisions[i].Level, 5e-10);
        }
    }
}
