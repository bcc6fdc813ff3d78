using System.Diagnostics;
using System.Globalization;
using System.Text;
using Lifecycle.Storage.Local;

namespace Lifecycle.Data.Tests;

public sealed class PrivacyCrashTests
{
    private static PrivacyPlan Plan(PseudonymKeys keys, TokenVault vault, int width) => PrivacyPlan.Gdpr(keys)
        .Pseudonymize("id").Tokenize("code", vault).Bin("age", width).Keep("deny").Require(["age"], "deny", k: 2, suppressAtMost: .5);

    /// <summary>The child: another plan each time, a line for each version that it was given.</summary>
    internal static async Task DeriveUntilKilledAsync(string root, string vaultFile, string keyFile)
    {
        PseudonymKeys keys = PseudonymKeys.FromFile(keyFile);
        await using TokenVault vault = await TokenVault.OpenAsync(vaultFile, keys);
        await using LocalWorkspace local = LocalWorkspace.Open(root);
        await using DatasetCatalog datasets = new(local.Database, local.Blobs, local.Objects, local.Audit, local.Events);
        DatasetVersion loans = await datasets.GetAsync("loans");
        await Console.Out.WriteLineAsync("ready");
        for (int i = 0; ; i++)
        {
            DerivedVersion safe = await datasets.DeriveAsync("loans-safe", loans, Plan(keys, vault, 1 + (i % 9)), "until killed");
            await Console.Out.WriteLineAsync($"{safe.Version.Number} {safe.Version.Id} {safe.PlanDigest}");
        }
    }

    [Fact]
    public async Task Killed_AtAnyMoment_LeavesNothingOrTheWhole()
    {
        await using TestWorkspace w = new();
        StringBuilder csv = new("id,code,age,deny\n");
        for (int i = 0; i < 1500; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{i},c{i},{i % 60},{(i % 3 == 0 ? "yes" : "no")}\n");
        }

        string source = w.Write("loans.csv", csv.ToString());
        DatasetVersion loans = await w.Datasets.CommitAsync("loans", source);
        FileStamp before = FileStamp.Of(source);
        PseudonymKeys keys = PseudonymKeys.CreateFile(w.Path("keys"));
        HashSet<string> acknowledged = [];
        int rounds = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full" ? 100 : 6;
        for (int round = 0; round < rounds; round++)
        {
            acknowledged.UnionWith(await KillAsync(w, round % 3, TimeSpan.FromMilliseconds(round * 41 % 90)));
            List<DatasetVersion> stored = await w.Datasets.VersionsAsync("loans-safe").ToListAsync();
            HashSet<string> whole = [];
            foreach (DatasetVersion v in stored)
            {
                DerivedVersion derived = (await w.Datasets.DerivationOfAsync(v))!;
                Assert.Equal(loans.Id, derived.Source.Id);
                Assert.Equal(derived.Risk.RowsWritten, v.Rows);
                whole.Add(string.Create(CultureInfo.InvariantCulture, $"{v.Number} {v.Id} {derived.PlanDigest}"));
            }

            Assert.Empty(acknowledged.Except(whole));
            Assert.Equal(stored.Count, (await w.AuditAsync()).Count(e => e.Action == "dataset.derived"));
            Assert.Equal(stored.Count, (await w.Datasets.Lineage.DownstreamOfAsync(loans)).Edges.Count);
            foreach (DatasetVersion last in stored.TakeLast(2))
            {
                Assert.True((await w.Datasets.VerifyAsync(last)).IsSound);

                // every token that was published is in the vault
                await using TokenVault vault = await TokenVault.OpenAsync(w.Path("vault"), keys);
                ColumnBatch rows = await last.ReadAllAsync();
                Assert.All(Enumerable.Range(0, 20).Select(i => rows["code"].Text(i)!), token => Assert.StartsWith("c", vault.Reveal(token), StringComparison.Ordinal));
            }

            Assert.True((await w.Local.Audit.VerifyAsync()).IsSound);
        }

        Assert.NotEmpty(acknowledged);
        Assert.Equal(before, FileStamp.Of(source));
        await using TokenVault open = await TokenVault.OpenAsync(w.Path("vault"), keys);
        Assert.Equal(1500, open.Count);
        await w.Datasets.DeriveAsync("loans-safe", loans, Plan(keys, open, 30), "after all");
        Assert.Empty((await w.Local.Objects.VerifyAsync()).Missing);
    }

    private static async Task<List<string>> KillAsync(TestWorkspace w, int derivations, TimeSpan after)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        new[] { Program.DerivingChild, w.Path("lifecycle"), w.Path("vault"), w.Path("keys") }.ToList().ForEach(start.ArgumentList.Add);
        using Process child = Process.Start(start)!;
        Assert.Equal("ready", await child.StandardOutput.ReadLineAsync());
        List<string> lines = [];
        while (lines.Count < derivations && await child.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        await Task.Delay(after);
        child.Kill();

        // the last line may have been cut by the end of the process
        lines.AddRange((await child.StandardOutput.ReadToEndAsync()).Split('\n')[..^1]);
        await child.WaitForExitAsync();
        return lines;
    }
}
