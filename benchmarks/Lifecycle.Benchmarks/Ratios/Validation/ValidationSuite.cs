namespace Lifecycle.Benchmarks.Ratios.Validation;

/// <summary>The figures of validation, by group: <c>ratios validation</c> measures all, <c>ratios validation.bounds</c> one.</summary>
internal static class ValidationSuite
{
    public static IReadOnlyDictionary<string, Func<IEnumerable<Figure>>> Groups { get; } = new Dictionary<string, Func<IEnumerable<Figure>>>(StringComparer.Ordinal)
    {
        ["validation.groups"] = GroupFigures.Measure,
        ["validation.bootstrap"] = BootstrapFigures.Measure,
        ["validation.auc"] = BootstrapFigures.MeasureArea,
        ["validation.delong"] = BootstrapFigures.MeasureDeLong,
        ["validation.bounds"] = BoundsFigures.Measure,
        ["validation.sequential"] = SequentialFigures.Measure,
        ["validation.bounds.time"] = BoundsFigures.MeasureTime,
        ["validation.bounds.grid"] = BoundsFigures.MeasureGrid,
        ["validation.gate"] = GateFigures.Measure,
        ["validation.perturb"] = RobustFigures.MeasureNoise,
        ["validation.robust"] = RobustFigures.MeasureOverhead,
        ["validation.attack"] = AttackFigures.Measure,
        ["validation.contract"] = ContractFigures.Measure,
    };

    public static IAsyncEnumerable<Figure> MeasureAsync() =>
        Groups.Where(g => g.Key is not ("validation.bounds.time" or "validation.bounds.grid")).SelectMany(g => g.Value()).ToAsyncEnumerable();
}
