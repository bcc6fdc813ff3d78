using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>Rows by which of two models was right.</summary>
/// <param name="BothRight">Both were right.</param>
/// <param name="FirstOnly">b: only the first was right.</param>
/// <param name="SecondOnly">c: only the second was right.</param>
/// <param name="BothWrong">Neither was right.</param>
public readonly record struct PairedCounts(long BothRight, long FirstOnly, long SecondOnly, long BothWrong)
{
    /// <summary>All rows.</summary>
    public long Total => BothRight + FirstOnly + SecondOnly + BothWrong;

    /// <summary>McNemar's test that both are right equally often.</summary>
    public McNemar McNemar() => new(FirstOnly, SecondOnly);

    /// <summary>The difference of both accuracies by Agresti and Min.</summary>
    public PairedProportions Difference() => new(FirstOnly, SecondOnly, Total);
}
