using Microsoft.ML.Data;

namespace MortgageApi;

/// <summary>What an applicant hands in. Race is not asked for.</summary>
public sealed class Application
{
    [ColumnName("pirat")]
    public required float Pirat { get; set; }

    [ColumnName("hirat")]
    public required float Hirat { get; set; }

    [ColumnName("lvrat")]
    public required float Lvrat { get; set; }

    [ColumnName("chist")]
    public required float Chist { get; set; }

    [ColumnName("mhist")]
    public required float Mhist { get; set; }

    [ColumnName("phist")]
    public string Phist { get; set; } = "no";

    [ColumnName("unemp")]
    public required float Unemp { get; set; }

    [ColumnName("insurance")]
    public string Insurance { get; set; } = "no";
}

/// <summary>What the model says.</summary>
public sealed class Decision
{
    [ColumnName("PredictedLabel")]
    public bool Approved { get; set; }

    /// <summary>Probability of repayment, 0 to 1.</summary>
    public float Probability { get; set; }
}
