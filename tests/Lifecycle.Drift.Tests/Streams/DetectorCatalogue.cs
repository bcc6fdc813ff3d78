namespace Lifecycle.Drift.Tests;

/// <summary>One of each detector, also with settings that take other paths.</summary>
internal static class DetectorCatalogue
{
    public static IReadOnlyDictionary<string, Func<StreamDetector>> All { get; } = new Dictionary<string, Func<StreamDetector>>
    {
        ["Ddm"] = () => new Ddm(),
        ["Eddm"] = () => new Eddm(),
        ["Rddm"] = () => new Rddm { StableConcept = 500, LongestConcept = 1_500 },
        ["EcddWt"] = () => new EcddWt(),
        ["HddmA"] = () => new HddmA(),
        ["HddmA two-sided"] = () => new HddmA { TwoSided = true },
        ["HddmW"] = () => new HddmW(),
        ["PageHinkley"] = () => new PageHinkley { Threshold = 10 },
        ["Cusum"] = () => new Cusum { Threshold = 10, Direction = ChangeDirection.Both },
        ["GeometricMovingAverage"] = () => new GeometricMovingAverage(),
        ["TabularCusum"] = () => new TabularCusum(),
        ["Ewma"] = () => new Ewma(),
        ["Shewhart"] = () => new Shewhart { Limit = 2 },
        ["Adwin"] = () => new Adwin(),
        ["Adwin that keeps"] = () => new Adwin { KeepWindow = true, Clock = 1 },
        ["Kswin"] = () => new Kswin { Alpha = 0.1 },
        ["Stepd"] = () => new Stepd(),
        ["Fhddm"] = () => new Fhddm(),
        ["Fhddms"] = () => new Fhddms(),
        ["MddmA"] = () => new MddmA(),
        ["MddmG"] = () => new MddmG(),
        ["MddmE"] = () => new MddmE(),
        ["Bocd of errors"] = () => new Bocd { IsBinary = true },
        ["Bocd of numbers"] = () => new Bocd { PriorMean = 0.2, PriorScale = 0.4 },
        ["GlrCusum of errors"] = () => new GlrCusum { ErrorRate = 0.2 },
        ["GlrCusum of numbers"] = () => new GlrCusum { Direction = ChangeDirection.Up },
    };

    public static TheoryData<string> Names => [.. All.Keys];
}
