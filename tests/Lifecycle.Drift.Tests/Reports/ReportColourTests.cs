using System.Globalization;

namespace Lifecycle.Drift.Tests;

/// <summary>Contrast by WCAG 2.2: 4.5 for text, 3 for what a figure needs to be understood.</summary>
public sealed class ReportColourTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Colours_have_contrast_AA_on_light_and_on_dark_ground(bool isDark)
    {
        Dictionary<string, string> colours = (isDark ? ReportStyle.Dark : ReportStyle.Light).Split(';').Select(c => c.Split(':')).ToDictionary(c => c[0], c => c[1]);
        foreach (string ground in (string[])["--bg", "--tint"])
        {
            foreach (string text in (string[])["--ink", "--soft", "--new", "--bad", "--warn", "--good"])
            {
                Assert.True(Contrast(colours[text], colours[ground]) >= 4.5, $"{text} on {ground}: {Contrast(colours[text], colours[ground])}");
            }
        }

        foreach (string word in (string[])["--bad", "--warn", "--good"])
        {
            Assert.True(Contrast(colours[word], colours[word + "bg"]) >= 4.5, word);
            Assert.True(Contrast(colours["--ink"], colours[word + "bg"]) >= 4.5, word);
            Assert.True(Contrast(colours["--soft"], colours[word + "bg"]) >= 4.5, word);
        }

        foreach (string mark in (string[])["--edge", "--new", "--bad"])
        {
            Assert.True(Contrast(colours[mark], colours["--bg"]) >= 3, mark);
        }

        Assert.True(Contrast(colours["--new"], colours["--ref"]) >= 3, "the line of the new values on the area of the reference");
        Assert.True(Contrast(colours["--new"], colours["--band"]) >= 3, "the estimate on its band");
        Assert.Contains("background:" + colours["--bg"], ReportStyle.Ground, StringComparison.Ordinal);
    }

    private static double Contrast(string a, string b)
    {
        (double high, double low) = Luminance(a) > Luminance(b) ? (Luminance(a), Luminance(b)) : (Luminance(b), Luminance(a));
        return (high + 0.05) / (low + 0.05);
    }

    private static double Luminance(string colour)
    {
        double Part(int at)
        {
            double c = int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
        }

        return 0.2126 * Part(1) + 0.7152 * Part(3) + 0.0722 * Part(5);
    }
}
