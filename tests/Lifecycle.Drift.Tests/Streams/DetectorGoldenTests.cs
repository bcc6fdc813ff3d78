namespace Lifecycle.Drift.Tests;

/// <summary>Alarms of the reference implementations, value by value.</summary>
public sealed class DetectorGoldenTests
{
    private static readonly double[] Bits = [0, 1], FourToSeven = [4, 5, 6, 7];

    private static readonly Dictionary<string, Func<StreamDetector>> Detectors = new()
    {
        ["Ddm"] = () => new Ddm(),
        ["Rddm"] = () => new Rddm(),
        ["Eddm"] = () => new Eddm(),
        ["EcddWt"] = () => new EcddWt(),
        ["HddmA"] = () => new HddmA(),
        ["HddmW"] = () => new HddmW(),
        ["PageHinkley"] = () => new PageHinkley(),
        ["Cusum"] = () => new Cusum(),
        ["Gma"] = () => new GeometricMovingAverage(),
        ["Fhddm"] = () => new Fhddm(),
        ["Fhddms"] = () => new Fhddms(),
        ["MddmA"] = () => new MddmA(),
        ["MddmG"] = () => new MddmG(),
        ["MddmE"] = () => new MddmE(),
        ["Stepd"] = () => new Stepd(),
        ["Adwin"] = () => new Adwin(),
        ["Adwin, clock 1"] = () => new Adwin { Clock = 1 },
    };

    [Fact]
    public void The_standard_stream_is_the_one_meant()
    {
        Assert.Equal([0.5665615751722809, 0.7457817572627011, 0.9710027535867962], ErrorStreams.Uniform(1, 3), (a, b) => Math.Abs(a - b) < 1e-10);
        Assert.Equal(1258, ErrorStreams.Standard(1).Sum());
    }

    [Theory]
    [InlineData("Ddm", "2819", "48 2064", "2745")]
    [InlineData("Rddm", "2079", "194 2016 2053", "198 2083")]
    [InlineData("Eddm", "138 288 439 576 725 864 2133 2237", "194 351 568 770 ..", "190 309 436 688 ..")]
    [InlineData("EcddWt", "343 418 484 549 778 1556 2000 2261 2800 2895", "195 303 519 1370 1478 1810 2119 ..", "1098 1315 1354 1821 2033 ..")]
    [InlineData("HddmA", "2064", "2200", "2178")]
    [InlineData("HddmW", "2029 3842", "1824 2121", "2047")]
    [InlineData("PageHinkley", "2268", "2116", "2251")]
    [InlineData("Cusum", "2266", "2104", "2250")]
    [InlineData("Gma", "2070", "2050", "2068")]
    [InlineData("Fhddm", "2070", "2094", "2074")]
    [InlineData("Fhddms", "2070 3847", "2094", "2074 3253")]
    [InlineData("MddmA", "2064", "2069", "2070")]
    [InlineData("MddmG", "2064", "2064", "2069")]
    [InlineData("MddmE", "2064", "2064", "2069")]
    [InlineData("Stepd", "2041", "1820 2122", "2043")]
    [InlineData("Adwin", "2111", "2175", "2175")]
    [InlineData("Adwin, clock 1", "2081", "2122", "2106")]
    public void Standard_streams_alarm_where_the_reference_does(string detector, string first, string second, string third)
    {
        string[] expected = [first, second, third];
        for (int i = 0; i < expected.Length; i++)
        {
            string alarms = string.Join(' ', ErrorStreams.Alarms(Detectors[detector](), ErrorStreams.Standard((ulong)i + 1)));
            if (expected[i].EndsWith(" ..", StringComparison.Ordinal))
            {
                Assert.StartsWith(expected[i][..^2], alarms, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(expected[i], alarms);
            }
        }
    }

    [Fact]
    public void Errors_that_become_more_frequent_in_Pythons_stream()
    {
        PythonRandom random = new(42);
        double[] stream = [.. random.Choices(Bits, 1000), .. random.Choices(0.3, 0.7, 1000)];
        Assert.Equal([1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1], stream[..12]);
        Assert.Equal([1334], ErrorStreams.Alarms(new Ddm(), stream));
        Assert.Equal([1278], ErrorStreams.Alarms(new Eddm { Warning = 0.8, Drift = 0.75 }, stream));
        Assert.Equal([1206], ErrorStreams.Alarms(new HddmA(), stream));
        Assert.Equal([1077], ErrorStreams.Alarms(new HddmW(), stream));
        Assert.Equal([1120], ErrorStreams.Alarms(new MddmA(), stream));
        Assert.Equal([1110], ErrorStreams.Alarms(new MddmG(), stream));
        Assert.Equal([1110], ErrorStreams.Alarms(new MddmE(), stream));
    }

    [Fact]
    public void Numbers_that_jump_in_Pythons_stream()
    {
        PythonRandom random = new(12345);
        double[] stream = [.. random.Choices(Bits, 1000), .. random.Choices(FourToSeven, 1000)];
        Assert.Equal([1006], ErrorStreams.Alarms(new PageHinkley(), stream));
        Assert.Equal([1023], ErrorStreams.Alarms(new Adwin(), stream));
        Assert.Equal([1016], ErrorStreams.Alarms(new Kswin { Alpha = 1e-4, Draws = () => new PythonRandom(42).Below }, stream));
    }

    [Fact]
    public void Numbers_that_jump_up_and_down_in_Pythons_stream()
    {
        PythonRandom random = new(42);
        double[] stream = [.. random.Choices(Bits, 1000), .. random.Choices(FourToSeven, 1000), .. random.Choices(Bits, 1000), .. random.Choices(FourToSeven, 1000)];
        Assert.Equal([1023, 2015, 3007], ErrorStreams.Alarms(new Adwin(), stream));
    }

    [Fact]
    public void Right_predictions_that_become_rare_in_Pythons_stream()
    {
        PythonRandom random = new(42);
        double[] right = [.. random.Choices(Bits, 250), .. random.Choices(0.9, 0.1, 250)];
        Assert.Equal([315], ErrorStreams.Alarms(new Fhddm(), right.Select(x => 1 - x)));
    }

    [Fact]
    public void Normal_values_that_jump_in_Pythons_stream()
    {
        PythonRandom random = new(12345);
        double[] stream = [.. Enumerable.Range(0, 400).Select(i => random.Gauss(i < 200 ? 0 : 3, 1))];
        Assert.Equal([201, 251], ErrorStreams.Alarms(new TabularCusum(), stream));
    }

    [Fact]
    public void Errors_that_become_more_frequent_in_numpys_stream()
    {
        string bits = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "oracles", "randomstate-31-bits.txt"));
        double[] stream = [.. bits.Where(char.IsDigit).Select(c => (double)(c - '0'))];
        Assert.Equal(2000, stream.Length);
        Assert.Equal([1066], ErrorStreams.Alarms(new Rddm(), stream));
    }
}
