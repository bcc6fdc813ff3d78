using Microsoft.ML.Data;

namespace MortgageApi;

/// <summary>What an applicant hands in. Race is not asked for.</summary>
public sealed class Application
{
    [ColumnName("pirat")]
    public float Pirat { get; set; }

    [ColumnName("hirat")]
    public float Hirat { get; set; }

    [ColumnName("lvrat")]
    public float Lvrat { get; set; }

    [ColumnName("chist")]
    public float Chist { get; set; }

    [ColumnName("mhist")]
    public float Mhist { get; set; }

    [ColumnName("phist")]
    public string Phist { get; set; } = "no";

    [ColumnName("unemp")]
    public float Unemp { get; set; }

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
