using Lifecycle;

namespace MortgageLifecycle.Serving;

/// <summary>
/// A market after a downturn, made from the real applications, so that the shift is known exactly: unemployment rises by 2.5 points,
/// prices fall so that loans are worth 12 % more of the house, payments take 15 % more of the income. Where the loan now exceeds 95 % of the
/// value of the house, the bank turns the application down.
/// </summary>
internal static class Market
{
    public const double MoreUnemployment = 2.5;
    public const double LoanToValueFactor = 1.12;
    public const double PaymentFactor = 1.15;
    public const double NewLimit = 0.95;

    public static string Description { get; } =
        $"unemp +{MoreUnemployment} points, lvrat x{LoanToValueFactor}, pirat x{PaymentFactor}; the bank now denies above lvrat {NewLimit}";

    public static ColumnBatch Shift(ColumnBatch rows)
    {
        double[] loanToValue = [.. rows["lvrat"].ToDoubles().Select(v => v * LoanToValueFactor)];
        string[] denied = [.. Enumerable.Range(0, rows.RowCount).Select(i => loanToValue[i] > NewLimit ? "yes" : rows["deny"].Text(i)!)];
        return new ColumnBatch(rows.Columns.Select(column => column.Name switch
        {
            "lvrat" => BatchColumn.Of<double>("lvrat", loanToValue),
            "unemp" => BatchColumn.Of<double>("unemp", column.ToDoubles().Select(v => v + MoreUnemployment).ToArray()),
            "pirat" => BatchColumn.Of<double>("pirat", column.ToDoubles().Select(v => v * PaymentFactor).ToArray()),
            "deny" => BatchColumn.Of<string>("deny", denied),
            _ => column,
        }));
    }

    public static IEnumerable<Application> Applications(ColumnBatch rows, int firstNumber = 1)
    {
        float Number(string column, int row) => Convert.ToSingle(rows[column][row], System.Globalization.CultureInfo.InvariantCulture);
        string Text(string column, int row) => rows[column].Text(row) ?? "";
        for (int i = 0; i < rows.RowCount; i++)
        {
            yield return new Application
            {
                Number = firstNumber + i,
                Pirat = Number("pirat", i),
                Hirat = Number("hirat", i),
                Lvrat = Number("lvrat", i),
                Chist = Number("chist", i),
                Mhist = Number("mhist", i),
                Phist = Text("phist", i),
                Unemp = Number("unemp", i),
                Selfemp = Text("selfemp", i),
                Insurance = Text("insurance", i),
                Condomin = Text("condomin", i),
                Afam = Text("afam", i),
                Single = Text("single", i),
                Hschool = Text("hschool", i),
            };
        }
    }

    /// <summary>Writes the rows as CSV, to be committed as the next version of the data.</summary>
    public static async Task WriteCsvAsync(ColumnBatch rows, string path, CancellationToken cancellationToken)
    {
        IEnumerable<string> lines = Enumerable.Range(0, rows.RowCount).Select(i => string.Join(',', rows.Columns.Select(c => c.Text(i))));
        await File.WriteAllLinesAsync(path, lines.Prepend(string.Join(',', rows.Schema.Select(c => c.Name))), cancellationToken);
    }
}
