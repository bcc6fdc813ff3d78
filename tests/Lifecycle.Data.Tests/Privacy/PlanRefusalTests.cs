using System.Security.Cryptography;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

/// <summary>What cannot be carried out is told before a row is read.</summary>
public sealed class PlanRefusalTests
{
    private const string Table = "id,name,age,born,note\n1,Ada,34,1815-12-10,x\n2,Charles,36,1791-12-26,y\n";

    private static PseudonymKeys Keys { get; } = PseudonymKeys.Of(new PseudonymKey("k1", RandomNumberGenerator.GetBytes(32)));

    private static PrivacyPlan Rest(PrivacyPlan plan, params string[] named) =>
        plan.Drop([.. new[] { "id", "name", "age", "born", "note" }.Except(named)]);

    private static async Task<PrivacyPlanException> RefusedAsync(Func<TestWorkspace, PrivacyPlan> make)
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table));
        FaultPlan count = FaultPlan.FailAt(1, "blobs.open");
        await using DatasetCatalog datasets = w.Catalog(new FaultyBlobStore(w.Local.Blobs, count));
        DatasetVersion seen = await datasets.GetAsync("t");
        PrivacyPlanException error = await Assert.ThrowsAsync<PrivacyPlanException>(async () => await datasets.DeriveAsync("t-safe", seen, make(w), "r"));
        Assert.Equal(0, count.Operations);
        Assert.Null(await w.Datasets.LatestAsync("t-safe"));
        Assert.Single(await w.AuditAsync());
        Assert.DoesNotContain("Ada", error.Message, StringComparison.Ordinal);
        return error;
    }

    [Fact]
    public async Task UnnamedColumns_AreAllTold()
    {
        PrivacyPlanException error = await RefusedAsync(_ => PrivacyPlan.Gdpr().Keep("age").Drop("name"));
        Assert.Contains("id, born, note", error.Message, StringComparison.Ordinal);
        error = await RefusedAsync(_ => PrivacyPlan.HipaaSafeHarbor().Classify("age", SafeHarborClass.Dates).Drop("name"));
        Assert.Contains("id, born, note", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownColumns_AreAllTold()
    {
        PrivacyPlanException error = await RefusedAsync(_ => Rest(PrivacyPlan.Gdpr(), "id").Keep("id", "salary").Drop("wages"));
        Assert.Contains("wages", error.Message, StringComparison.Ordinal);
        Assert.Contains("salary", error.Message, StringComparison.Ordinal);
        Assert.Contains("nobody", (await RefusedAsync(_ => Rest(PrivacyPlan.Gdpr(Keys), "born", "id").Keep("id").ShiftDates("born", 3, "nobody"))).Message, StringComparison.Ordinal);
        Assert.Contains("height", (await RefusedAsync(_ => Rest(PrivacyPlan.Gdpr(), "age").Keep("age").Require(["height"], k: 2))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyThatIsTooShort()
    {
        PrivacyPlanException error = await RefusedAsync(w =>
        {
            File.WriteAllText(w.Path("short"), $"lifecycle.keys/1\nk1 {Convert.ToBase64String(RandomNumberGenerator.GetBytes(31))}\n");
            return Rest(PrivacyPlan.Gdpr(PseudonymKeys.FromFile(w.Path("short"))), "id").Pseudonymize("id");
        });
        Assert.Contains("31 bytes; at least 32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyInTheStoreFolder_AlsoBehindALink()
    {
        static PrivacyPlan Plan(string file) => Rest(PrivacyPlan.Gdpr(PseudonymKeys.FromFile(file)), "id").Pseudonymize("id");
        PrivacyPlanException error = await RefusedAsync(w =>
        {
            PseudonymKeys.CreateFile(w.Path("lifecycle", "keys"));
            return Plan(w.Path("lifecycle", "keys"));
        });
        Assert.Contains("inside the folder of the store", error.Message, StringComparison.Ordinal);
        await RefusedAsync(w =>
        {
            PseudonymKeys.CreateFile(w.Path("lifecycle", "objects", "keys"));
            return Plan(w.Path("lifecycle", "..", "lifecycle", "objects", "keys"));
        });
        await RefusedAsync(w =>
        {
            PseudonymKeys.CreateFile(w.Path("lifecycle", "keys"));
            File.CreateSymbolicLink(w.Path("link"), w.Path("lifecycle", "keys"));
            return Plan(w.Path("link"));
        });
        await RefusedAsync(w =>
        {
            PseudonymKeys.CreateFile(w.Path("lifecycle", "keys"));
            Directory.CreateSymbolicLink(w.Path("folder"), w.Path("lifecycle"));
            return Plan(w.Path("folder", "keys"));
        });
        await RefusedAsync(w =>
        {
            PseudonymKeys.CreateFile(w.Path("lifecycle", "keys"));
            return Rest(PrivacyPlan.Gdpr(new OwnSource(PseudonymKeys.FromFile(w.Path("lifecycle", "keys")), w.Path("lifecycle", "keys"))), "id").Pseudonymize("id");
        });
    }

    [Fact]
    public async Task KeyBesideTheStoreFolder_IsFine()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table));
        PseudonymKeys keys = PseudonymKeys.CreateFile(w.Path("lifecycle-keys"));
        Assert.Equal(2, (await w.Datasets.DeriveAsync("t-safe", v, Rest(PrivacyPlan.Gdpr(keys), "id").Pseudonymize("id"), "r")).Version.Rows);
    }

    [Fact]
    public async Task VaultInTheStoreFolder()
    {
        TokenVault? vault = null;
        PrivacyPlanException error = await RefusedAsync(w =>
        {
            vault = TokenVault.OpenAsync(w.Path("lifecycle", "vault"), Keys).AsTask().GetAwaiter().GetResult();
            return Rest(PrivacyPlan.Gdpr(), "id").Tokenize("id", vault);
        });
        Assert.Contains("The token vault", error.Message, StringComparison.Ordinal);
        await vault!.DisposeAsync();
        error = await RefusedAsync(w =>
        {
            vault = TokenVault.OpenAsync(w.Path("vault"), PseudonymKeys.CreateFile(w.Path("lifecycle", "keys"))).AsTask().GetAwaiter().GetResult();
            return Rest(PrivacyPlan.Gdpr(), "id").Tokenize("id", vault);
        });
        Assert.Contains("The key file of the vault", error.Message, StringComparison.Ordinal);
        await vault.DisposeAsync();
    }

    [Fact]
    public async Task VaultInTheStoresDatabase()
    {
        await using TestWorkspace w = new();
        await w.Datasets.CommitAsync("t", w.Write("t.csv", Table));
        byte[] before = await File.ReadAllBytesAsync(w.Path("lifecycle", "lifecycle.db"));
        PrivacyPlanException error = await Assert.ThrowsAsync<PrivacyPlanException>(async () => await TokenVault.OpenAsync(w.Path("lifecycle", "lifecycle.db"), Keys));
        Assert.Contains("never the store's database", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(w.Path("lifecycle", "lifecycle.db")));
    }

    [Fact]
    public async Task OperatorsThatDoNotFit_AreTold()
    {
        Assert.Contains("String", (await RefusedAsync(_ => Rest(PrivacyPlan.Gdpr(), "name").Bin("name", 10))).Message, StringComparison.Ordinal);
        await RefusedAsync(_ => Rest(PrivacyPlan.Gdpr(), "name").TopCode("name", 10));
        await RefusedAsync(_ => Rest(PrivacyPlan.Gdpr(), "age").YearOnly("age"));
        await RefusedAsync(_ => Rest(PrivacyPlan.Gdpr(), "born").Zip3("born"));
        await RefusedAsync(_ => Rest(PrivacyPlan.Gdpr(Keys), "age", "id").Keep("id").ShiftDates("age", 3, "id"));
        await RefusedAsync(_ => Rest(PrivacyPlan.Gdpr()));
        await RefusedAsync(_ => Rest(PrivacyPlan.Gdpr(), "age").Keep("age").Require(["age"], "name", k: 2, l: 2));
        await RefusedAsync(_ => Rest(PrivacyPlan.Gdpr(), "age").Keep("age").Require(["id", "name"], k: 2));
    }

    [Fact]
    public void BadParameters_AreRefusedAtOnce()
    {
        PrivacyPlan plan = PrivacyPlan.Gdpr(Keys);
        Action[] bad =
        [
            () => plan.Keep("a").Drop("a"), () => plan.Keep("a", "a"), () => plan.Bin("a", 0), () => plan.Bin("a", -1), () => plan.Bin("a", double.NaN),
            () => plan.Bin("a", double.PositiveInfinity), () => plan.TopCode("a", double.NaN), () => plan.TopCode("a", 1, ""), () => plan.TopCode("a", 1, "x\ny"),
            () => plan.Truncate("a", 0), () => plan.Mask("a", '\n'), () => plan.Mask("a", '*', -1), () => plan.ShiftDates("a", 0, "b"), () => plan.ShiftDates("a", 40_000, "b"),
            () => plan.ShiftDates("a", 3, "a"), () => plan.ShiftDates("a", 3, ""), () => plan.Pseudonymize("a", ""), () => plan.Pseudonymize("a", "x\u001fy"),
            () => plan.Pseudonymize("a", "x\ty"), () => plan.ShiftDates("a", 3, "b", "x\u0000"), () => plan.Tokenize("a"), () => plan.Keep(""), () => plan.RestrictZip3("12"),
            () => plan.RestrictZip3("12x"), () => PrivacyPlan.Gdpr().Pseudonymize("a"), () => PrivacyPlan.Gdpr().ShiftDates("a", 3, "b"),
            () => plan.Require([], k: 5), () => plan.Require(["a", "a"], k: 5), () => plan.Require(["a"], "a", k: 5), () => plan.Require(["a"], k: 1),
            () => plan.Require(["a"], "s", k: 2, l: 0), () => plan.Require(["a"], "s", k: 2, t: 0), () => plan.Require(["a"], "s", k: 2, t: 1.1), () => plan.Require(["a"], k: 2, l: 2),
            () => plan.Require(["a"], k: 2, t: .5), () => plan.Require(["a"], k: 2, suppressAtMost: 1.5), () => plan.Require(["a"], k: 2, suppressAtMost: double.NaN),
            () => plan.Require(["a"], k: 2).Require(["a"], k: 2), () => plan.Measure(["a"]).Require(["a"], k: 2),
            () => PrivacyPlan.HipaaSafeHarbor().Classify("a", SafeHarborClass.None).Classify("a", SafeHarborClass.Names),
            () => PrivacyPlan.HipaaSafeHarbor().Classify("a", (SafeHarborClass)99), () => PrivacyPlan.HipaaSafeHarbor().KeepFreeText("a", ""),
        ];
        Assert.All(bad, action => Assert.Throws<PrivacyPlanException>(action));
    }

    [Fact]
    public async Task Names_AndReason_AreNeeded()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("t", w.Write("t.csv", Table));
        PrivacyPlan plan = Rest(PrivacyPlan.Gdpr(), "age").Keep("age");
        await Assert.ThrowsAsync<PrivacyPlanException>(async () => await w.Datasets.DeriveAsync("T", v, plan, "r"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await w.Datasets.DeriveAsync("s", v, plan, " "));
        await Assert.ThrowsAsync<InvalidNameException>(async () => await w.Datasets.DeriveAsync("../s", v, plan, "r"));
        await Assert.ThrowsAsync<DatasetException>(async () => await w.Datasets.DeriveAsync("s", v, plan, "r", file: "u.csv"));
        await using TestWorkspace elsewhere = new();
        await Assert.ThrowsAsync<DatasetException>(async () => await elsewhere.Datasets.DeriveAsync("s", v, plan, "r"));
    }

    [Fact]
    public void APlan_IsNotChangedByItsCalls()
    {
        PrivacyPlan first = PrivacyPlan.Gdpr().Keep("a");
        PrivacyPlan second = first.Drop("b");
        Assert.Equal(["a"], first.Operators.Keys);
        Assert.Equal(["a", "b"], second.Operators.Keys.Order());
    }

    private sealed class OwnSource(IPseudonymKeySource inner, string file) : IPseudonymKeySource
    {
        public string? File => file;

        public ValueTask<PseudonymKey> GetAsync(string? id = null, CancellationToken cancellationToken = default) => inner.GetAsync(id, cancellationToken);
    }
}
