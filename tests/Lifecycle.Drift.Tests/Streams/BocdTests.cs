using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>The runs of <see cref="Bocd"/>, moved many at once, against the recursion of Adams and MacKay one run after the other.</summary>
public sealed class BocdTests
{
    [Theory]
    [InlineData(0.01, true)]
    [InlineData(0.01, false)]
    [InlineData(0.001, false)]
    public void The_most_probable_run_is_that_of_the_plain_recursion(double hazard, bool isBinary)
    {
        double[] stream = isBinary
            ? ErrorStreams.Changing(5, 2_500, 1_200, 0.1, 0.5)
            : [.. Samples.Normal(2_500, 6).Select((z, i) => 3 + 2 * (i < 1_200 ? z : 4 - z))];
        Bocd bocd = new() { Hazard = hazard, IsBinary = isBinary, PriorMean = isBinary ? 0 : 3, PriorScale = isBinary ? 1 : 2 };
        Recursion naive = new(hazard, isBinary, 3, 2);
        int alarms = 0;
        for (int i = 0; i < stream.Length; i++)
        {
            long before = bocd.MostProbableRunLength;
            Signal signal = bocd.Update(stream[i]);
            if (signal == Signal.Drift)
            {
                Assert.True(bocd.MostProbableRunLength <= before / 2);
                alarms++;
            }

            Assert.Equal((i, naive.Take(stream[i])), (i, bocd.MostProbableRunLength));
            if (signal == Signal.Drift)
            {
                naive = new Recursion(hazard, isBinary, 3, 2);
            }
        }

        Assert.InRange(alarms, 1, 60);
    }

    private sealed class Recursion(double hazard, bool isBinary, double mean, double scale)
    {
        private List<(double Mass, double Mean, double Squares, long Length)> _runs = [(1, isBinary ? 0 : mean, 0, 0)];

        public long Take(double value)
        {
            double[] joint = [.. _runs.Select(r => r.Mass * Probability(r, value))];
            double total = joint.Sum();
            List<(double Mass, double Mean, double Squares, long Length)> next = [];
            for (int i = 0; i < joint.Length; i++)
            {
                (double _, double m, double squares, long length) = _runs[i];
                double mass = joint[i] * (1 - hazard) / total, kappa = 1 + length;
                if (mass >= 1e-6)
                {
                    next.Add(isBinary
                        ? (mass, m + value, 0, length + 1)
                        : (mass, (kappa * m + value) / (kappa + 1), squares + kappa * (value - m) * (value - m) / (kappa + 1), length + 1));
                }
            }

            if (next.Count == 512)
            {
                next.RemoveAt(next.FindIndex(r => r.Mass == next.Min(n => n.Mass)));
            }

            next.Add((hazard, isBinary ? 0 : mean, 0, 0));
            _runs = next;
            return _runs.MaxBy(r => r.Mass).Length;
        }

        private double Probability((double Mass, double Mean, double Squares, long Length) run, double value)
        {
            if (isBinary)
            {
                double error = (run.Mean + 1) / (run.Length + 2);
                return value == 1 ? error : 1 - error;
            }

            double kappa = 1 + run.Length, degrees = 2 + run.Length, beta = scale * scale + run.Squares / 2, width = 2 * beta * (kappa + 1) / kappa;
            return Math.Exp(SpecialFunctions.LogGamma((degrees + 1) / 2) - SpecialFunctions.LogGamma(degrees / 2)
                - (degrees + 1) / 2 * Math.Log(1 + (value - run.Mean) * (value - run.Mean) / width)) / Math.Sqrt(Math.PI * width);
        }
    }
}
