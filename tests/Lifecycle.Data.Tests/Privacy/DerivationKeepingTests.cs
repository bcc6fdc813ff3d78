using System.Text;

namespace Lifecycle.Data.Tests;

/// <summary>What stays beside a derived version, and what does not.</summary>
public sealed class DerivationKeepingTests
{
    private const string Table = "x,s\n0.0,a\n-0.0,b\n0.0,a\n-0.0,b\n";

    [Fact]
    public async Task ADerivation_IsKnown_WhenItsSourceIsRemoved()
    {
        await using TestWorkspace w = new();
        DatasetVersion source = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table));
        DerivedVersion safe = await w.Datasets.DeriveAsync("t-safe", source, PrivacyPlan.Gdpr().Keep("x").Drop("s"), "r");
        await w.Datasets.RemoveAsync(source, "the people asked for it");
        DerivedVersion known = (await w.Datasets.DerivationOfAsync(safe.Version))!;
        Assert.Equal((source.Id, safe.PlanDigest), (known.Source.Id, known.PlanDigest));
    }

    [Fact]
    public async Task ARemovedSource_IsSaidToBeRemoved()
    {
        await using TestWorkspace w = new();
        DatasetVersion source = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table));
        await w.Datasets.RemoveAsync(source, "the people asked for it");
        DatasetNotFoundException e = await Assert.ThrowsAsync<DatasetNotFoundException>(
            async () => await w.Datasets.DeriveAsync("t-safe", source, PrivacyPlan.Gdpr().Keep("x").Drop("s"), "r"));
        Assert.Contains("t@1 was removed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALateProfile_OfARemovedVersion_HoldsNothing_AndIsNotMadeAnew()
    {
        await using TestWorkspace w = new();
        DatasetCatalog catalog = w.Catalog(w.Local.Blobs, options: new DatasetOptions { Profile = ProfileDepth.None });
        DatasetVersion version = await catalog.CommitAsync("t", w.Write("t.csv", Table));
        DatasetReferences references = new(w.Local.Database, w.Local.Blobs);
        int before = await references.ReferencesAsync().CountAsync();
        await version.ProfileAsync();
        HashSet<Digest> all = [.. await references.ReferencesAsync().ToListAsync()];
        Assert.Equal(before + 1, all.Count);
        Assert.Equal(all.Order(), (await references.HoldersAsync(all).ToListAsync()).Select(h => h.Digest).Order());
        await catalog.RemoveAsync(version, "r");

        // the record stays; tree, file, schema and profile go
        Assert.Equal([version.Record], await references.ReferencesAsync().ToListAsync());
        Assert.Equal([version.Record], (await references.HoldersAsync(all).ToListAsync()).Select(h => h.Digest));
        DatasetVersion other = await catalog.CommitAsync("u", w.Write("t.csv", Table));
        await catalog.RemoveAsync(other, "r");
        await other.ProfileAsync();
        await using System.Data.Common.DbConnection connection = await w.Local.Database.DataSource.OpenConnectionAsync();
        await using System.Data.Common.DbCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM data_version_blob WHERE version = '{other.Id}'";
        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task NegativeZero_IsWrittenAsZero()
    {
        await using TestWorkspace w = new();
        DatasetVersion source = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table));
        PrivacyPlan plan = PrivacyPlan.Gdpr().Keep("x", "s").Require(quasiIdentifiers: ["x"], k: 4);
        DerivedVersion safe = await w.Datasets.DeriveAsync("t-safe", source, plan, "r");
        Assert.Equal(PrivacyClaim.Anonymized, safe.Outcome.Claim);
        using StreamReader reader = new(await safe.Version.OpenAsync("t.csv"));
        Assert.Equal("x,s\n0,a\n0,b\n0,a\n0,b\n", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task TheSameAgain_ByAnother_KeepsWhoAttested()
    {
        await using TestWorkspace w = new();
        DatasetVersion source = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table));
        PrivacyPlan plan = PrivacyPlan.HipaaSafeHarbor().Classify("x", SafeHarborClass.None).Classify("s", SafeHarborClass.None).Attest("no actual knowledge");
        DerivedVersion first = await w.Datasets.DeriveAsync("t-safe", source, plan, "r");
        await using DatasetCatalog bobs = new(w.Local.Database, w.Local.Blobs, w.Local.Objects, w.Local.Audit, w.Local.Events, new NamedActor("bob"), w.Time);
        DerivedVersion again = await bobs.DeriveAsync("t-safe", (await bobs.FindAsync(source.Id))!, plan, "r");
        Assert.Equal((first.Version.Id, "ada"), (again.Version.Id, again.Outcome.AttestedBy));
        Assert.Equal(first.Risk.ToBytes(), again.Risk.ToBytes());
    }

    [Fact]
    public async Task AHierarchy_IsKeptWithThePlan_OnceForTwoColumns()
    {
        await using TestWorkspace w = new();
        DatasetVersion source = await w.Datasets.CommitAsync("t", w.Write("t.csv", "p,q\na,b\nb,a\n"));
        Hierarchy hierarchy = Hierarchy.Parse("a,letter\nb,letter\n");
        DerivedVersion safe = await w.Datasets.DeriveAsync("t-safe", source, PrivacyPlan.Gdpr().Map("p", hierarchy, 1).Map("q", hierarchy, 1), "r");
        Assert.Contains(hierarchy.Digest.ToString(), Encoding.UTF8.GetString(safe.Plan.Span), StringComparison.Ordinal);
        Assert.Equal("a,letter\nb,letter\n", Encoding.UTF8.GetString(await DatasetCatalog.ReadBlobAsync(w.Local.Blobs, hierarchy.Digest, 1 << 20, default)));
        Assert.Contains(hierarchy.Digest, await new DatasetReferences(w.Local.Database, w.Local.Blobs).ReferencesAsync().ToListAsync());
    }

    [Fact]
    public async Task AHierarchy_NamesValues_AndGoesWithTheLastVersionThatHasIt()
    {
        await using TestWorkspace w = new();
        DatasetVersion source = await w.Datasets.CommitAsync("t", w.Write("t.csv", "p,q\na,b\nb,a\n"));
        Hierarchy hierarchy = Hierarchy.Parse("a,letter\nb,letter\n");
        DerivedVersion one = await w.Datasets.DeriveAsync("one", source, PrivacyPlan.Gdpr().Map("p", hierarchy, 1).Drop("q"), "r");
        DerivedVersion two = await w.Datasets.DeriveAsync("two", source, PrivacyPlan.Gdpr().Map("q", hierarchy, 1).Drop("p"), "r");
        DatasetReferences references = new(w.Local.Database, w.Local.Blobs);
        await w.Datasets.RemoveAsync(source, "the people asked for it");
        await w.Datasets.RemoveAsync(one.Version, "the people asked for it");
        Assert.Contains(hierarchy.Digest, await references.ReferencesAsync().ToListAsync());
        await w.Datasets.RemoveAsync(two.Version, "the people asked for it");
        List<Digest> kept = await references.ReferencesAsync().ToListAsync();
        Assert.DoesNotContain(hierarchy.Digest, kept);
        Assert.Empty(await references.HoldersAsync(new HashSet<Digest> { hierarchy.Digest }).ToListAsync());
        Assert.Contains(one.PlanDigest, kept);
    }

    [Theory]
    [InlineData("mask")]
    [InlineData("truncate")]
    [InlineData("map")]
    public async Task FreeText_IsRefused_UnderEveryOperatorThatShowsIt(string operation)
    {
        await using TestWorkspace w = new();
        string[] notes = [.. Enumerable.Range(0, 20).Select(i => $"patient number {i} was seen on a ward of the house")];
        DatasetVersion source = await w.Datasets.CommitAsync("t", w.Write("t.csv", "note\n" + string.Join("\n", notes) + "\n"));
        PrivacyPlan Plan(bool isShown) => operation switch
        {
            "mask" => PrivacyPlan.HipaaSafeHarbor().Mask("note", '*', isShown ? 40 : 0),
            "truncate" => PrivacyPlan.HipaaSafeHarbor().Truncate("note", isShown ? 40 : 3),
            _ => PrivacyPlan.HipaaSafeHarbor().Map("note", Hierarchy.Parse(string.Concat(notes.Select(n => $"{n},{(isShown ? n : "note")}\n"))), 1),
        };
        PrivacyPlanException error = await Assert.ThrowsAsync<PrivacyPlanException>(
            async () => await w.Datasets.DeriveAsync("t-safe", source, Plan(true).Classify("note", SafeHarborClass.None), "r"));
        Assert.Contains("KeepFreeText(\"note\"", error.Message, StringComparison.Ordinal);
        Assert.Equal(20, (await w.Datasets.DeriveAsync("t-safe", source, Plan(false).Classify("note", SafeHarborClass.None), "r")).Version.Rows);
    }

    [Fact]
    public void AKeyFileThatCannotBeMade_IsSaidSo()
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-keys-").FullName;
        try
        {
            foreach (string path in new[] { Path.Combine(folder, "missing", "key"), Path.Combine(folder, new string('k', 300)) })
            {
                PseudonymKeyException error = Assert.Throws<PseudonymKeyException>(() => PseudonymKeys.CreateFile(path));
                Assert.Contains("cannot be made", error.Message, StringComparison.Ordinal);
            }

            PseudonymKeys.CreateFile(Path.Combine(folder, "key"));
            Assert.Contains("already", Assert.Throws<PseudonymKeyException>(() => PseudonymKeys.CreateFile(Path.Combine(folder, "key"))).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
