namespace Lifecycle.Statistics.Tests;

public class McNemarTests
{
    [Fact]
    public void Constants_of_ten_and_twenty()
    {
        McNemar test = new(10, 20);
        Close.Relative(.09873714670538905, test.Exact, 1e-10);
        Close.Relative(.07075554598122841, test.MidP, 1e-10);
        Close.Relative(3.3333333333333335, test.ChiSquare.Statistic, 1e-10);
        Close.Relative(.06788915486182893, test.ChiSquare.PValue, 1e-10);
        Close.Relative(2.7, test.Corrected.Statistic, 1e-10);
        Close.Relative(.10034824646229054, test.Corrected.PValue, 1e-10);
    }

    [Fact]
    public void Constants_of_a_far_tail_and_of_few_rows()
    {
        McNemar far = new(121, 59);
        Close.Relative(4.4344492637551645e-06, far.Exact, 1e-10);
        Close.Relative(3.2666467957745733e-06, far.MidP, 1e-10);
        Close.Relative(21.355555555555554, far.ChiSquare.Statistic, 1e-10);
        Close.Relative(.0625, new McNemar(0, 5).Exact, 1e-10);
    }

    [Fact]
    public void Constants_of_compas_against_priors()
    {
        McNemar test = new(1202, 1124);
        Close.Relative(.11034354370414343, test.Exact, 1e-10);
        Close.Relative(.10586903579291057, test.MidP, 1e-10);
        Close.Relative(2.6156491831470334, test.ChiSquare.Statistic, 1e-10);
    }

    [Fact]
    public void Sums_of_binomial_terms_agree_and_sides_are_alike()
    {
        for (long b = 0; b <= 12; b++)
        {
            for (long c = 0; c <= 12; c++)
            {
                McNemar test = new(b, c), mirrored = new(c, b);
                long n = b + c, m = Math.Min(b, c);
                double below = 0, at = 0, term = Math.Pow(0.5, n);
                for (long k = 0; k <= m; k++)
                {
                    below += k < m ? term : 0;
                    at = term;
                    term *= (double)(n - k) / (k + 1);
                }

                Close.Relative(n == 0 ? 1 : Math.Min(1, 2 * (below + at)), test.Exact, 1e-12);
                Close.Relative(n == 0 ? 1 : Math.Min(1, 2 * (below + at / 2)), test.MidP, 1e-12);
                Assert.Equal((test.Exact, test.MidP, test.ChiSquare, test.Corrected), (mirrored.Exact, mirrored.MidP, mirrored.ChiSquare, mirrored.Corrected));
            }
        }
    }

    [Fact]
    public void Without_a_differing_row_every_p_is_one()
    {
        McNemar none = new(0, 0);
        Assert.Equal((1.0, 1.0, (0.0, 1.0), (0.0, 1.0)), (none.Exact, none.MidP, none.ChiSquare, none.Corrected));
        Assert.Throws<ArgumentOutOfRangeException>(() => new McNemar(-1, 2));
    }
}
