namespace Lifecycle.Data;

public sealed partial class PrivacyPlan
{
    /// <summary>Leaves columns out.</summary>
    /// <exception cref="PrivacyPlanException">A column stands twice in the plan.</exception>
    public PrivacyPlan Drop(params IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return With(columns, new DropOperator());
    }

    /// <summary>Keeps columns as they are.</summary>
    /// <exception cref="PrivacyPlanException">A column stands twice in the plan, or the plan is one of Safe Harbor, where a column is
    /// classified instead.</exception>
    public PrivacyPlan Keep(params IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return Profile == PrivacyProfile.SafeHarbor
            ? throw new PrivacyPlanException("In a Safe Harbor plan a column is not kept but classified: say Classify(column, SafeHarborClass.None).")
            : With(columns, new KeepOperator());
    }

    /// <summary>Puts one character in the place of every other one.</summary>
    /// <param name="column">The column.</param>
    /// <param name="mask">What is put there.</param>
    /// <param name="keepLast">Characters at the end that stay; a value that is no longer than that is masked whole. 0 or more.</param>
    public PrivacyPlan Mask(string column, char mask = '*', int keepLast = 0) => With(column, new MaskOperator(column, mask, keepLast));

    /// <summary>Keeps the first characters of the value's text.</summary>
    /// <param name="column">A column of texts, whole numbers or dates.</param>
    /// <param name="characters">How many, 1 or more.</param>
    public PrivacyPlan Truncate(string column, int characters) => With(column, new TruncateOperator(column, characters));

    /// <summary>Puts the interval in the place of the number, for example <c>[20,30)</c>; NaN and infinities become null.</summary>
    /// <param name="column">A column of numbers.</param>
    /// <param name="width">Width of an interval, above 0; they begin at multiples of it.</param>
    public PrivacyPlan Bin(string column, double width) => With(column, new BinOperator(column, width));

    /// <summary>Puts a label in the place of numbers above a limit.</summary>
    /// <param name="column">A column of numbers.</param>
    /// <param name="max">The greatest number that is kept.</param>
    /// <param name="label">What stands for the greater ones; null is <c>&gt;max</c>.</param>
    public PrivacyPlan TopCode(string column, double max, string? label = null) => With(column, new TopCodeOperator(column, max, label));

    /// <summary>Keeps the year of a date.</summary>
    /// <param name="column">A column of dates.</param>
    public PrivacyPlan YearOnly(string column) => With(column, new YearOnlyOperator());

    /// <summary>
    /// Moves all dates of a subject by the same number of days, from -<paramref name="days"/> to <paramref name="days"/> and never 0, so
    /// that intervals are kept. A row without a subject, or a date that leaves the calendar, becomes null.
    /// </summary>
    /// <param name="column">A column of dates.</param>
    /// <param name="days">Most days, 1 to 36,500.</param>
    /// <param name="subject">The column that says whose date it is.</param>
    /// <param name="domain">What the subject names; null is <c>&lt;dataset&gt;/&lt;subject&gt;</c>, so several date columns of one subject
    /// move together.</param>
    public PrivacyPlan ShiftDates(string column, int days, string subject, string? domain = null)
    {
        RequireKeys(column, "shiftDates");
        return With(column, new ShiftDatesOperator(column, days, subject, domain));
    }

    /// <summary>Puts a more general value in the place of each, as a hierarchy says. The hierarchy, which names the values it replaces, is stored beside the
    /// derived version: whoever reads the store reads it, until that version is removed and the store collected.</summary>
    /// <param name="column">The column.</param>
    /// <param name="hierarchy">From each value to its generalizations.</param>
    /// <param name="level">0 is the value itself, 1 the first generalization.</param>
    public PrivacyPlan Map(string column, Hierarchy hierarchy, int level) => With(column, new MapOperator(column, hierarchy, level));

    /// <summary>Puts a more general value in the place of each, as a CSV says: <c>value,level 1,level 2,...</c> on each line, no
    /// header. Its content is stored beside the derived version until that is removed.</summary>
    /// <param name="column">The column.</param>
    /// <param name="hierarchyFile">The CSV; read now, at most 64 MiB.</param>
    /// <param name="level">0 is the value itself, 1 the first generalization.</param>
    public PrivacyPlan Map(string column, string hierarchyFile, int level) => Map(column, Hierarchy.Read(hierarchyFile), level);

    /// <summary>
    /// Keeps the first three digits of a ZIP code; <c>000</c> where they stand for 20,000 people or fewer (<see cref="RestrictZip3"/>).
    /// What is no ZIP code becomes null.
    /// </summary>
    /// <param name="column">A column of texts or whole numbers (a number of fewer than five digits has lost its zeros, and gets them
    /// back).</param>
    public PrivacyPlan Zip3(string column) => With(column, new Zip3Operator());

    /// <summary>The first three digits of ZIP codes that stand for 20,000 people or fewer. The default is that of the 2000 census (HHS
    /// guidance of 2012).</summary>
    /// <param name="prefixes">Three digits each.</param>
    public PrivacyPlan RestrictZip3(params IReadOnlyList<string> prefixes)
    {
        ArgumentNullException.ThrowIfNull(prefixes);
        return prefixes.FirstOrDefault(p => p is not { Length: 3 } || !p.All(char.IsAsciiDigit)) is { } wrong
            ? throw new PrivacyPlanException($"'{wrong}' is not the beginning of a ZIP code; it must be three digits.")
            : new PrivacyPlan(this) { RestrictedZip3 = [.. prefixes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] };
    }

    /// <summary>Puts a keyed pseudonym in the place of the value (<see cref="Pseudonyms"/>).</summary>
    /// <param name="column">The column.</param>
    /// <param name="domain">What the values name; null is <c>&lt;dataset&gt;/&lt;column&gt;</c>. The same domain in two datasets makes them
    /// joinable.</param>
    public PrivacyPlan Pseudonymize(string column, string? domain = null)
    {
        RequireKeys(column, "pseudonymize");
        return With(column, new PseudonymizeOperator(column, domain));
    }

    /// <summary>Puts a random token in the place of the value; the vault alone knows which.</summary>
    /// <param name="column">The column.</param>
    /// <param name="vault">Null is the vault of the plan. A plan has one.</param>
    /// <param name="domain">What the values name; null is <c>&lt;dataset&gt;/&lt;column&gt;</c>.</param>
    public PrivacyPlan Tokenize(string column, TokenVault? vault = null, string? domain = null)
    {
        TokenVault used = vault ?? Vault ?? throw new PrivacyPlanException(
            $"The column '{column}' cannot be tokenized without a vault. Open one with TokenVault.OpenAsync and hand it over.");
        if (Vault is not null && !ReferenceEquals(Vault, used))
        {
            throw new PrivacyPlanException("The plan names two vaults; use one.");
        }

        return new PrivacyPlan(this) { Vault = used }.With(column, new TokenizeOperator(column, domain));
    }

    private void RequireKeys(string column, string action)
    {
        if (Profile == PrivacyProfile.SafeHarbor)
        {
            throw new PrivacyPlanException(
                $"'{column}': {action} is refused in a Safe Harbor plan. 45 CFR 164.514(c) forbids codes derived from information about the person, and a keyed hash or a shift of a "
                + "date is one. Tokenize it, keep the year, or drop it.");
        }

        if (Keys is null)
        {
            throw new PrivacyPlanException($"'{column}': {action} needs a key. Give the plan one: PrivacyPlan.Gdpr(PseudonymKeys.FromFile(path)).");
        }
    }
}
