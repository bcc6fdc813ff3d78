using Microsoft.ML.Data;

namespace MortgageLifecycle.Serving;

/// <summary>What an applicant hands in; the columns of hmda.csv without the outcome.</summary>
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
    public string Phist { get; set; } = "";

    [ColumnName("unemp")]
    public float Unemp { get; set; }

    [ColumnName("selfemp")]
    public string Selfemp { get; set; } = "";

    [ColumnName("insurance")]
    public string Insurance { get; set; } = "";

    [ColumnName("condomin")]
    public string Condomin { get; set; } = "";

    [ColumnName("afam")]
    public string Afam { get; set; } = "";

    [ColumnName("single")]
    public string Single { get; set; } = "";

    [ColumnName("hschool")]
    public string Hschool { get; set; } = "";

    /// <summary>Number of the application: its row in the file, counted from 1. Not a feature.</summary>
    [NoColumn]
    public int Number { get; set; }
}

/// <summary>What the model says.</summary>
public sealed class Decision
{
    /// <summary>Score of approval; approved from the model's threshold on.</summary>
    public float Approval { get; set; }

    public bool Approved { get; set; }
}
