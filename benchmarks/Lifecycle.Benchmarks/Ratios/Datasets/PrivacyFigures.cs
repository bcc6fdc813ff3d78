using Lifecycle.Data;

namespace Lifecycle.Benchmarks.Ratios.Datasets;

/// <summary>Keyed pseudonyms and the disclosure risk of a table.</summary>
internal static class PrivacyFigures
{
    private const int Rounds = 7;
    private const int Values = 400_000;
    private static readonly string[] Quasi = ["age", "zip", "purpose", "self"];

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        byte[] secret = new byte[PseudonymKey.MinimumBytes];
        Workload.Fill(secret, 3);
        string[] people = [.. Enumerable.Range(0, Values).Select(i => $"person-{i}")];
        using Pseudonyms pseudonyms = new(new PseudonymKey("k1", secret), "applicant");
        double best = Enumerable.Range(0, Rounds).Min(_ => RatioRunner.Time(() =>
        {
            foreach (string person in people)
            {
                pseudonyms.Of(person);
            }
        }));
        yield return new Figure("data.privacy.pseudonyms", Values / best / 1000, "k/s", AtLeast: true, 200);

        string folder = Workload.Scratch("risk");
        string csv = WrittenTable.Write(Path.Combine(folder, "loans.csv"), 0, 1_000_000);
        ColumnBatch rows;
        await using (OpenCatalog catalog = new("risk-store"))
        {
            DatasetVersion version = await catalog.Datasets.CommitAsync("loans", csv);
            rows = await version.ReadAllAsync(columns: [.. Quasi, "deny"]);
        }

        using Peer? peer = Peer.Start("data_risk_pandas.py", [csv, "deny", .. Quasi]);
        (double ours, double theirs) = (double.MaxValue, double.MaxValue);
        for (int i = 0; i < Rounds; i++)
        {
            ours = Math.Min(ours, RatioRunner.Time(() => DisclosureRisk.Measure(rows, Quasi, "deny")));
            theirs = Math.Min(theirs, peer?.Seconds() ?? double.MaxValue);
        }

        yield return new Figure("data.privacy.risk_1m", ours, "s", AtLeast: false, 0.5);
        yield return new Figure("data.privacy.risk_1m.vs_pandas", peer is null ? null : theirs / ours, "x", AtLeast: true, 3, "python3-pandas");
        Workload.Clear(folder);
    }
}
