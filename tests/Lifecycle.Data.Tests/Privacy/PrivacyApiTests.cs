using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Data.Tests;

public sealed class PrivacyApiTests
{
    private static readonly string[] Operators =
        ["Bin", "Drop", "Keep", "Map", "Mask", "Pseudonymize", "ShiftDates", "Tokenize", "TopCode", "Truncate", "YearOnly", "Zip3"];

    private static readonly string[] Others = ["Age", "Attest", "Classify", "KeepFreeText", "Measure", "Require", "RestrictZip3"];

    /// <summary>An unkeyed hash of a name is undone by hashing all names (presidio#1845); added noise in floating point is not private.</summary>
    [Fact]
    public void NoUnkeyedHash_InPublicApi()
    {
        MethodInfo[] steps = [.. typeof(PrivacyPlan).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(m => m.ReturnType == typeof(PrivacyPlan))];
        Assert.Equal(Operators.Concat(Others).Order(StringComparer.Ordinal), steps.Select(m => m.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain(steps.SelectMany(m => m.GetParameters()), p =>
            typeof(Delegate).IsAssignableFrom(p.ParameterType) || typeof(HashAlgorithm).IsAssignableFrom(p.ParameterType)
            || p.ParameterType == typeof(HashAlgorithmName) || p.ParameterType == typeof(byte[]));

        string[] words = ["hash", "sha1", "sha2", "sha5", "md5", "crc", "noise", "laplace", "gauss", "encrypt", "salt"];
        Type[] types =
        [
            .. typeof(PrivacyPlan).Assembly.GetExportedTypes().Where(t => t.FullName!.Contains("Priva", StringComparison.Ordinal) || t.Name is "TokenVault" or "DerivedVersion" or "RiskReport" or "DisclosureRisk" or "Hierarchy"),
            .. typeof(Pseudonyms).Assembly.GetExportedTypes().Where(t => t.Name.Contains("Pseudonym", StringComparison.Ordinal)),
        ];
        Assert.True(types.Length >= 12);
        string[] suspicious =
        [
            .. types.SelectMany(t => t.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly).Append(t))
                .Where(m => m.Name != nameof(GetHashCode) && words.Any(w => m.Name.Contains(w, StringComparison.OrdinalIgnoreCase)))
                .Select(m => $"{m.DeclaringType?.Name}.{m.Name}"),
        ];
        Assert.Empty(suspicious);

        // whoever makes pseudonyms has a key
        Assert.All(typeof(Pseudonyms).GetConstructors(), c => Assert.Contains(c.GetParameters(), p => p.ParameterType == typeof(PseudonymKey)));
        Assert.Equal(
            [nameof(Pseudonyms.CanonicalForm), nameof(Pseudonyms.RequireDomain)],
            typeof(Pseudonyms).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(m => m.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void APlan_WithoutAKey_GivesNoPseudonym()
    {
        Assert.Throws<PrivacyPlanException>(() => PrivacyPlan.Gdpr().Pseudonymize("a"));
        Assert.Throws<PrivacyPlanException>(() => PrivacyPlan.HipaaSafeHarbor().Pseudonymize("a"));
    }

    [Fact]
    public async Task NoCell_NoKey_NoToken_InLogsMessagesAuditOrDocuments()
    {
        await using TestWorkspace w = new();
        byte[] secret = RandomNumberGenerator.GetBytes(32);
        PseudonymKeys keys = PseudonymKeys.Of(new PseudonymKey("k1", secret));
        await using TokenVault vault = await TokenVault.OpenAsync(w.Path("vault"), keys);
        ListLogger log = new();
        await using DatasetCatalog datasets = new(
            w.Local.Database, w.Local.Blobs, w.Local.Objects, w.Local.Audit, w.Local.Events, new NamedActor("ada"), w.Time, null, log);
        DatasetVersion v = await datasets.CommitAsync("t", w.Write("t.csv", "id,code,day,zip,note\ngeheim1,geheim2,2020-01-02,geheim3,geheim4\ngeheim5,geheim6,2020-01-03,02134,geheim7\n"));
        PrivacyPlan plan = PrivacyPlan.Gdpr(keys).Pseudonymize("id").Tokenize("code", vault).ShiftDates("day", 9, "id").Zip3("zip");
        DerivedVersion safe = await datasets.DeriveAsync("t-safe", v, plan.Drop("note").Measure(["zip"], "code"), "r");
        ColumnBatch rows = await safe.Version.ReadAllAsync();
        string derived = string.Concat(from row in Enumerable.Range(0, 2) from c in rows.Columns select c.Text(row));
        Assert.DoesNotContain("geheim", derived, StringComparison.Ordinal);

        List<string> told = [];
        foreach (PrivacyPlan bad in new[]
        {
            plan.Keep("note").Require(["zip", "note"], "code", k: 2), plan.Map("note", Hierarchy.Parse("geheim4,x\n"), 1),
            PrivacyPlan.HipaaSafeHarbor(vault).Classify("id", SafeHarborClass.Names).Classify("code", SafeHarborClass.AccountNumbers).Drop("day", "zip"),
        })
        {
            told.Add((await Assert.ThrowsAnyAsync<DatasetException>(async () => await datasets.DeriveAsync("bad", v, bad, "r"))).ToString());
        }

        string token = rows["code"].Text(0)!;
        Assert.Equal("geheim2", vault.Reveal(token));
        told.AddRange(log.Lines);
        told.AddRange((await w.AuditAsync()).Select(e => e.ToString()));
        told.Add(Encoding.UTF8.GetString(safe.Plan.Span));
        told.Add(Encoding.UTF8.GetString(safe.Risk.ToBytes()));
        Assert.Contains(told, t => t.Contains("Derived t-safe@1 from t@1", StringComparison.Ordinal));
        foreach (string text in told)
        {
            Assert.DoesNotContain("geheim", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(secret), text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexString(secret), text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(token, text, StringComparison.Ordinal);
            Assert.DoesNotContain("k1:", text, StringComparison.Ordinal);
        }
    }

    private sealed class ListLogger : ILogger<DatasetCatalog>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception) + exception);
    }
}
