namespace Lifecycle.Data.Tests;

/// <summary>45 CFR 164.514(b)(2)(i), one class after the other. The clock stands at 2026.</summary>
public sealed class SafeHarborTests
{
    private static PseudonymKeys Keys { get; } = PseudonymKeys.Of(new PseudonymKey("v1", [.. Enumerable.Range(50, 32).Select(i => (byte)i)]));

    // One column by its class, with a column that is kept beside it.
    private static async Task<BatchColumn?> OfAsync(string column, string[] cells, SafeHarborClass identifier, bool vault = false, Func<PrivacyPlan, PrivacyPlan>? more = null)
    {
        await using TestWorkspace w = new();
        string csv = $"{column},kept\n" + string.Concat(cells.Select((c, i) => $"{c},{i}\n"));
        DatasetVersion v = await w.Datasets.CommitAsync("patients", w.Write("patients.csv", csv));
        await using TokenVault? tokens = vault ? await TokenVault.OpenAsync(w.Path("vault"), Keys) : null;
        PrivacyPlan plan = PrivacyPlan.HipaaSafeHarbor(tokens).Classify(column, identifier).Classify("kept", SafeHarborClass.None);
        DerivedVersion safe = await w.Datasets.DeriveAsync("patients-safe", v, (more ?? (p => p))(plan).Attest("no actual knowledge that the rest could identify a person"), "r");
        Assert.Equal(PrivacyClaim.DeIdentified, safe.Outcome.Claim);
        Assert.Equal("ada", safe.Outcome.AttestedBy);
        ColumnBatch rows = await safe.Version.ReadAllAsync();
        Assert.Equal(cells.Length, rows.RowCount);
        return rows.Schema.TryGet(column, out _) ? rows[column] : null;
    }

    private static string?[] Texts(BatchColumn? column) => [.. Enumerable.Range(0, column!.Count).Select(column.Text)];

    [Theory]
    [InlineData('A', SafeHarborClass.Names, "Ada Lovelace")]
    [InlineData('B', SafeHarborClass.Geography, "Boston")]
    [InlineData('D', SafeHarborClass.TelephoneNumbers, "617-555-0100")]
    [InlineData('E', SafeHarborClass.FaxNumbers, "617-555-0101")]
    [InlineData('F', SafeHarborClass.EmailAddresses, "ada@example.org")]
    [InlineData('G', SafeHarborClass.SocialSecurityNumbers, "078-05-1120")]
    [InlineData('I', SafeHarborClass.HealthPlanNumbers, "HP-1")]
    [InlineData('K', SafeHarborClass.CertificateNumbers, "C-77")]
    [InlineData('L', SafeHarborClass.VehicleIdentifiers, "1FTFW1ET1EFA00001")]
    [InlineData('M', SafeHarborClass.DeviceIdentifiers, "SN 5")]
    [InlineData('N', SafeHarborClass.Urls, "https://example.org/~ada")]
    [InlineData('O', SafeHarborClass.IpAddresses, "192.0.2.1")]
    [InlineData('P', SafeHarborClass.BiometricIdentifiers, "loop whorl")]
    [InlineData('Q', SafeHarborClass.FacePhotographs, "ada.jpg")]
    public async Task Dropped(char letter, SafeHarborClass identifier, string cell)
    {
        Assert.Equal(letter - 'A' + 1, (int)identifier);
        Assert.Null(await OfAsync("column", [cell, cell], identifier, vault: true));
    }

    [Theory]
    [InlineData('H', SafeHarborClass.MedicalRecordNumbers)]
    [InlineData('J', SafeHarborClass.AccountNumbers)]
    [InlineData('R', SafeHarborClass.OtherUniqueCodes)]
    public async Task Tokenized_WithAVault_DroppedWithout(char letter, SafeHarborClass identifier)
    {
        Assert.Equal(letter - 'A' + 1, (int)identifier);
        string?[] tokens = Texts(await OfAsync("code", ["MRN1", "MRN2", "MRN1", ""], identifier, vault: true));
        Assert.Equal(tokens[0], tokens[2]);
        Assert.NotEqual(tokens[0], tokens[1]);
        Assert.Null(tokens[3]);
        Assert.All(tokens[..3], t => Assert.Equal(22, t!.Length));
        Assert.Null(await OfAsync("code", ["MRN1", "MRN2"], identifier));
        Assert.Null(await OfAsync("code", ["MRN1", "MRN2"], identifier, vault: true, p => p.Drop("code")));
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("ZIP_CODE")]
    [InlineData("homeZip")]
    [InlineData("postcode")]
    public async Task B_Geography_ZipCodes_KeepThreeDigits(string column)
    {
        string?[] zips = Texts(await OfAsync(column, ["02134", "02139-1234", "10200", "82100", "Boston", "", "021341234", "2134"], SafeHarborClass.Geography));
        Assert.Equal(["021", "021", "000", "000", null, null, "021", null], zips);
    }

    [Fact]
    public async Task B_Geography_CountyCodes_AreNoZipCodes()
    {
        Assert.Null(await OfAsync("county", ["06037", "25017"], SafeHarborClass.Geography));
        Assert.Equal(["060", "250"], Texts(await OfAsync("plz", ["06037", "25017"], SafeHarborClass.Geography, more: p => p.Zip3("plz"))));
    }

    [Fact]
    public async Task B_Zip3_EveryRestrictedPrefix_IsZero_AndNoOtherOne()
    {
        string[] restricted = ["036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890", "893"];
        string[] zips = [.. Enumerable.Range(0, 1000).Select(i => $"{i:000}55")];
        string?[] found = Texts(await OfAsync("zip", zips, SafeHarborClass.Geography));
        Assert.Equal(zips.Select(z => restricted.Contains(z[..3]) ? "000" : z[..3]), found);
        string?[] newer = Texts(await OfAsync("zip", ["03655", "00155"], SafeHarborClass.Geography, more: p => p.RestrictZip3("001")));
        Assert.Equal(["036", "000"], newer);
    }

    [Fact]
    public async Task B_Zip3_ANumberHasItsZerosBack()
    {
        string?[] zips = Texts(await OfAsync("zip", ["2134", "90210", "501", "123456"], SafeHarborClass.Geography));
        Assert.Equal(["021", "902", "005", null], zips);
    }

    [Fact]
    public async Task C_Dates_KeepTheYear_ButNotThatOfAnOldAge()
    {
        string?[] years = Texts(await OfAsync("born", ["1936-12-31", "1937-01-01", "2001-02-03", ""], SafeHarborClass.Dates));
        Assert.Equal([null, "1937", "2001", null], years);
        string?[] times = Texts(await OfAsync("seen", ["2020-05-06T07:08:09Z", "1900-01-01T00:00:00Z"], SafeHarborClass.Dates, more: p => p.YearOnly("seen")));
        Assert.Equal(["2020", null], times);
    }

    [Theory]
    [InlineData("age")]
    [InlineData("patient_age")]
    [InlineData("ageAtVisit")]
    public async Task C_Ages_Above89_AreOne(string column)
    {
        string?[] ages = Texts(await OfAsync(column, ["0", "89", "90", "104", ""], SafeHarborClass.Dates));
        Assert.Equal(["0", "89", "90+", "90+", null], ages);
        string?[] parts = Texts(await OfAsync(column, ["88.5", "89.5"], SafeHarborClass.Dates));
        Assert.Equal(["88.5", "90+"], parts);
    }

    [Fact]
    public async Task C_Numbers_ThatMayBeMonths_AreRefused_UntilSomebodySays()
    {
        PrivacyPlanException error = await Assert.ThrowsAsync<PrivacyPlanException>(() => OfAsync("month", ["3", "12"], SafeHarborClass.Dates));
        Assert.Contains("Age(\"month\")", error.Message, StringComparison.Ordinal);
        Assert.Null(await OfAsync("month", ["3", "12"], SafeHarborClass.Dates, more: p => p.Drop("month")));
        Assert.Equal(["3", "90+"], Texts(await OfAsync("years", ["3", "91"], SafeHarborClass.Dates, more: p => p.TopCode("years", 89, "90+"))));
        await Assert.ThrowsAsync<PrivacyPlanException>(() => OfAsync("years", ["3", "91"], SafeHarborClass.Dates, more: p => p.TopCode("years", 95)));
    }

    [Fact]
    public async Task C_TextsOfDates_AreDropped() => Assert.Null(await OfAsync("born", ["3/14/1990", "Easter 2001"], SafeHarborClass.Dates));

    [Fact]
    public async Task Age_IsAShortWayToSayIt()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("p", w.Write("p.csv", "years,x\n91,1\n12,2\n"));
        DerivedVersion safe = await w.Datasets.DeriveAsync("p-safe", v, PrivacyPlan.HipaaSafeHarbor().Age("years").Classify("x", SafeHarborClass.None), "r");
        Assert.Equal(["90+", "12"], Texts((await safe.Version.ReadAllAsync())["years"]));
        Assert.Equal(PrivacyClaim.None, safe.Outcome.Claim);
    }

    [Fact]
    public async Task None_MayBeGeneralized_AndIsElseKept()
    {
        Assert.Equal(["7", "8"], Texts(await OfAsync("income", ["7", "8"], SafeHarborClass.None)));
        Assert.Equal(["[0,10)", "[0,10)"], Texts(await OfAsync("income", ["7", "8"], SafeHarborClass.None, more: p => p.Bin("income", 10))));
    }

    [Fact]
    public void EveryClass_HasALetter_ARule_AndATest()
    {
        SafeHarborClass[] all = Enum.GetValues<SafeHarborClass>();
        Assert.Equal(19, all.Length);
        Assert.Equal(Enumerable.Range(0, 19), all.Select(c => (int)c));
        TableColumn text = new("column", ColumnType.String);
        Assert.All(all, c => Assert.NotNull(SafeHarborRules.Of(text, c, null, hasVault: true)));
        SafeHarborClass[] keeping = [.. all.Where(c => SafeHarborRules.Of(text, c, null, hasVault: false) is not DropOperator)];
        Assert.Equal([SafeHarborClass.None], keeping);
    }

    [Fact]
    public void SafeHarbor_RefusesPseudonymize()
    {
        PrivacyPlan plan = PrivacyPlan.HipaaSafeHarbor();
        Assert.Contains("164.514(c)", Assert.Throws<PrivacyPlanException>(() => plan.Pseudonymize("mrn")).Message, StringComparison.Ordinal);
        Assert.Contains("164.514(c)", Assert.Throws<PrivacyPlanException>(() => plan.ShiftDates("visit", 10, "mrn")).Message, StringComparison.Ordinal);
        Assert.Throws<PrivacyPlanException>(() => plan.Keep("x"));
    }

    [Theory]
    [InlineData(SafeHarborClass.Names)]
    [InlineData(SafeHarborClass.SocialSecurityNumbers)]
    [InlineData(SafeHarborClass.MedicalRecordNumbers)]
    [InlineData(SafeHarborClass.FacePhotographs)]
    public async Task AnIdentifier_CannotBeKept_ByAWeakerOperator(SafeHarborClass identifier)
    {
        foreach (Func<PrivacyPlan, PrivacyPlan> weaker in new Func<PrivacyPlan, PrivacyPlan>[] { p => p.Mask("column"), p => p.Truncate("column", 1), p => p.Zip3("column") })
        {
            await Assert.ThrowsAsync<PrivacyPlanException>(() => OfAsync("column", ["abc"], identifier, vault: true, weaker));
        }
    }

    [Fact]
    public async Task FreeText_IsRefused_UntilSomebodyHasReadIt()
    {
        string[] notes = [.. Enumerable.Range(0, 20).Select(i => $"patient number {i} was seen on a ward of the house")];
        PrivacyPlanException error = await Assert.ThrowsAsync<PrivacyPlanException>(() => OfAsync("note", notes, SafeHarborClass.None));
        Assert.Contains("KeepFreeText(\"note\"", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ward", error.Message, StringComparison.Ordinal);
        Assert.Equal(notes, Texts(await OfAsync("note", notes, SafeHarborClass.None, more: p => p.KeepFreeText("note", "read by the privacy office"))));

        // long and few, or many and short, is not free text
        string[] few = [.. Enumerable.Range(0, 20).Select(i => $"a long name of a category, {(i % 10).ToString(System.Globalization.CultureInfo.InvariantCulture)}".Replace(",", "", StringComparison.Ordinal))];
        Assert.NotNull(await OfAsync("note", few, SafeHarborClass.None));
        Assert.NotNull(await OfAsync("note", [.. Enumerable.Range(0, 20).Select(i => $"exactly 24 characters {(char)('a' + i)}x"[..24])], SafeHarborClass.None));
    }

    [Fact]
    public async Task Attest_IsNeeded_AndKept()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await w.Datasets.CommitAsync("p", w.Write("p.csv", "name,x\nAda,1\n"));
        PrivacyPlan plan = PrivacyPlan.HipaaSafeHarbor().Classify("name", SafeHarborClass.Names).Classify("x", SafeHarborClass.None);
        Assert.Equal(PrivacyClaim.None, (await w.Datasets.DeriveAsync("p-safe", v, plan, "r")).Outcome.Claim);
        DerivedVersion safe = await w.Datasets.DeriveAsync("p-safe", v, plan.Attest("no actual knowledge"), "r");
        Assert.Equal("DeIdentified (Safe Harbor, attested by ada)", $"{safe.Outcome}");
        Assert.Contains("\"attestation\":\"no actual knowledge\"", System.Text.Encoding.UTF8.GetString(safe.Plan.Span), StringComparison.Ordinal);
        Assert.Contains("attested by ada", (await w.AuditAsync())[^1].After, StringComparison.Ordinal);
        foreach (string statement in new[] { "", "  ", "a\nb", new string('x', 2001) })
        {
            Assert.Throws<PrivacyPlanException>(() => plan.Attest(statement));
        }

        Assert.Throws<PrivacyPlanException>(() => plan.Attest("a").Attest("b"));
        Assert.Throws<PrivacyPlanException>(() => PrivacyPlan.Gdpr().Attest("a"));
        Assert.Throws<PrivacyPlanException>(() => PrivacyPlan.Gdpr().Classify("a", SafeHarborClass.None));
        Assert.Throws<PrivacyPlanException>(() => PrivacyPlan.Gdpr().Age("a"));
        Assert.Throws<PrivacyPlanException>(() => PrivacyPlan.Gdpr().KeepFreeText("a", "b"));
    }
}
