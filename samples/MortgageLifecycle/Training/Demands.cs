using Lifecycle;
using Lifecycle.Validation;

namespace MortgageLifecycle.Training;

/// <summary>What the bank demands, stated before anything is trained: of the rows, of the decisions, of the money.</summary>
internal static class Demands
{
    /// <summary>What an application must look like.</summary>
    public static ColumnContract Applications { get; } = DataContract.ForColumns("applications")
        .Column("afam", c => c.Required().In("no", "yes"))
        .Column("deny", c => c.Required().In("no", "yes").When(Stage.Training))
        .Column("lvrat", c => c.Required().Between(0, 2))
        .Column("pirat", c => c.Required().Between(0, 3))
        .Column("pirat", c => c.Between(0, 1).As(Severity.Warning))
        .Rows(r => r.LessOrEqual("hirat", "pirat", mostly: 0.99).NoDuplicates(atMost: 0.005).Count(atLeast: 1_000));

    /// <summary>
    /// Assumed for the story: a loan that is repaid earns 4,000 dollars, one that is not costs 20,000, turning away somebody who repays 1,000.
    /// </summary>
    public static BusinessObjective Money { get; } = BusinessObjective.Named("grant the loans that are repaid").Owner("credit risk")
        .Decision("grant or refuse a mortgage").Kpi(new KeyFigure("result of a vintage", "thousand dollars", Direction.HigherIsBetter))
        .In("thousand dollars")
        .Value(CostMatrix.Of(trueNegative: 0m, falsePositive: -20m, falseNegative: -1m, truePositive: 4m))
        .Against(BaselinePolicy.ActOnAll);
}
