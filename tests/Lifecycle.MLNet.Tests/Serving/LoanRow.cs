using Microsoft.ML.Data;

namespace Lifecycle.MLNet.Tests.Serving;

/// <summary>A row with a number that may be missing, a vector, a category, a text, a key, a date, an integer and texts of any number.</summary>
public sealed class LoanRow
{
    public float Ratio { get; set; }

    [VectorType(2)]
    public float[] Amounts { get; set; } = [];

    public string Region { get; set; } = string.Empty;

    public string Purpose { get; set; } = string.Empty;

    [KeyType(5)]
    public uint Grade { get; set; }

    public DateTime Day { get; set; }

    public long Number { get; set; }

    public string[] Words { get; set; } = [];

    public float Income { get; set; }

    public bool Label { get; set; }

    public static LoanRow Of(int i)
    {
        float ratio = (i * 7919 % 1_000) / 1_000f;
        float amount = i * 104_729 % 500 / 10f;
        return new LoanRow
        {
            Ratio = i % 17 == 0 ? float.NaN : ratio,
            Amounts = [amount, ratio * amount],
            Region = ((string[])["north", "south", "east"])[i % 3],
            Purpose = ((string[])["buy a house", "mend the roof", "", "a boat for the lake", "café Ürün 家"])[i % 5] + (i % 3 == 0 ? " north" : " south"),
            Grade = (uint)(i % 6),
            Day = new DateTime(2020, 1, 1).AddDays(i % 31).AddTicks(i % 31 % 3),
            Number = (i * 31L) - 5_000,
            Words = [((string[])["a", "b", "", "unknown"])[i % 4], i % 2 == 0 ? "a" : "c"],
            Income = (i % 6 * 10) + (i % 31) + ratio,
            Label = ratio + (amount / 100) > 0.8f,
        };
    }
}

public sealed class LoanDecision
{
    public bool PredictedLabel { get; set; }

    public float Score { get; set; }

    public float Probability { get; set; }
}

public sealed class RegionGuess
{
    public string PredictedLabel { get; set; } = string.Empty;

    public float[] Score { get; set; } = [];
}

public sealed class RegionKey
{
    [KeyType(3)]
    public uint PredictedLabel { get; set; }

    public float[] Score { get; set; } = [];
}

/// <summary>The answer of the mixed model with columns of every kind that stand on the way to it.</summary>
public sealed class MixedAnswer
{
    public float Score { get; set; }

    public DateTime Day { get; set; }

    [KeyType(5)]
    public uint Grade { get; set; }

    public float[] Days { get; set; } = [];

    public string[] Words { get; set; } = [];

    public float Ratio { get; set; }
}
