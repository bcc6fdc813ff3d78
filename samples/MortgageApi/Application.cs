using System.Text.Json.Serialization;
using Microsoft.ML.Data;

namespace MortgageApi;

/// <summary>What an applicant hands in. Race is not asked for.</summary>
public sealed class Application
{
    [ColumnName("pirat")]
    [JsonRequired]
    public float Pirat { get; set; }

    [ColumnName("hirat")]
    [JsonRequired]
    public float Hirat { get; set; }

    [ColumnName("lvrat")]
    [JsonRequired]
    public float Lvrat { get; set; }

    [ColumnName("chist")]
    [JsonRequired]
    public float Chist { get; set; }

    [ColumnName("mhist")]
    [JsonRequired]
    public float Mhist { get; set; }

    [ColumnName("phist")]
    public string Phist { get; set; } = "no";

    [ColumnName("unemp")]
    [JsonRequired]
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
