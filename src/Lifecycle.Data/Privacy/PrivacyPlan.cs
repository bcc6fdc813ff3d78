namespace Lifecycle.Data;

/// <summary>Which rules a plan keeps.</summary>
public enum PrivacyProfile
{
    /// <summary>Pseudonyms, generalization and suppression, as the GDPR knows them.</summary>
    Gdpr,

    /// <summary>The Safe Harbor of HIPAA, 45 CFR 164.514(b)(2).</summary>
    SafeHarbor,
}

/// <summary>
/// What becomes of every column of a table on its way to people who may not see who is in it. An allow-list: a column that the plan does
/// not name is an error, so a column that is added later never leaks. There is no unkeyed hash, because guessing undoes it, and no added
/// noise, because noise in floating point is not private.
/// </summary>
/// <remarks>A plan is immutable: each call gives a new one. Null stays null under every operator.</remarks>
public sealed partial class PrivacyPlan
{
    private readonly Dictionary<string, ColumnOperator> _operators;
    private readonly Dictionary<string, SafeHarborClass> _classes;
    private readonly Dictionary<string, string> _freeText;

    private PrivacyPlan(PrivacyProfile profile, IPseudonymKeySource? keys, TokenVault? vault)
    {
        Profile = profile;
        Keys = keys;
        Vault = vault;
        _operators = new Dictionary<string, ColumnOperator>(StringComparer.Ordinal);
        _classes = new Dictionary<string, SafeHarborClass>(StringComparer.Ordinal);
        _freeText = new Dictionary<string, string>(StringComparer.Ordinal);
        RestrictedZip3 = Zip3Operator.Census2000;
    }

    private PrivacyPlan(PrivacyPlan other)
    {
        Profile = other.Profile;
        Keys = other.Keys;
        Vault = other.Vault;
        _operators = new Dictionary<string, ColumnOperator>(other._operators, StringComparer.Ordinal);
        _classes = new Dictionary<string, SafeHarborClass>(other._classes, StringComparer.Ordinal);
        _freeText = new Dictionary<string, string>(other._freeText, StringComparer.Ordinal);
        Requirement = other.Requirement;
        Attestation = other.Attestation;
        RestrictedZip3 = other.RestrictedZip3;
    }

    /// <summary>Which rules it keeps.</summary>
    public PrivacyProfile Profile { get; }

    internal IPseudonymKeySource? Keys { get; }

    internal TokenVault? Vault { get; private init; }

    internal PrivacyRequirement? Requirement { get; private init; }

    internal string? Attestation { get; private init; }

    internal IReadOnlyCollection<string> RestrictedZip3 { get; private init; }

    internal IReadOnlyDictionary<string, ColumnOperator> Operators => _operators;

    internal IReadOnlyDictionary<string, SafeHarborClass> Classes => _classes;

    internal IReadOnlyDictionary<string, string> FreeText => _freeText;

    /// <summary>A plan of pseudonyms and generalization.</summary>
    /// <param name="keys">Keys for <see cref="Pseudonymize"/> and <see cref="ShiftDates"/>; null when the plan has neither.</param>
    public static PrivacyPlan Gdpr(IPseudonymKeySource? keys = null) => new(PrivacyProfile.Gdpr, keys, null);

    /// <summary>
    /// A plan that keeps 45 CFR 164.514(b)(2): every column is classified, and each class has its action. Codes derived from a person's
    /// data are forbidden by (c), so there are no pseudonyms and no shifted dates in it, only random tokens.
    /// </summary>
    /// <param name="vault">Keeps the tokens of record, account and other numbers; null drops those columns.</param>
    public static PrivacyPlan HipaaSafeHarbor(TokenVault? vault = null) => new(PrivacyProfile.SafeHarbor, null, vault);

    /// <summary>
    /// What the table must reach over its quasi-identifiers: classes of equal rows that fail are suppressed, distances are measured again,
    /// until all hold.
    /// </summary>
    /// <param name="quasiIdentifiers">Columns by which somebody could be recognized; measured as the derived table shows them.</param>
    /// <param name="sensitive">What must not be learned of a person; needed for l and t.</param>
    /// <param name="k">Fewest rows of a class, 2 or more (Sweeney 2002).</param>
    /// <param name="l">Fewest different sensitive values of a class, 1 or more (Machanavajjhala 2007).</param>
    /// <param name="t">Greatest distance between a class's sensitive values and the table's, above 0 and at most 1 (Li 2007).</param>
    /// <param name="suppressAtMost">Greatest share of rows that may be left out, 0 to 1.</param>
    /// <exception cref="PrivacyPlanException">A number is out of its range, a column stands twice, or the plan has a requirement
    /// already.</exception>
    public PrivacyPlan Require(
        IReadOnlyList<string> quasiIdentifiers, string? sensitive = null, int k = 5, int l = 1, double t = 1, double suppressAtMost = 0) =>
        WithRequirement(new PrivacyRequirement([.. quasiIdentifiers], sensitive, k, l, t, suppressAtMost));

    /// <summary>Measures the risk over these columns before and after, and requires nothing.</summary>
    /// <inheritdoc cref="Require"/>
    public PrivacyPlan Measure(IReadOnlyList<string> quasiIdentifiers, string? sensitive = null) =>
        WithRequirement(new PrivacyRequirement([.. quasiIdentifiers], sensitive, 0, 0, 0, 0) { IsOnlyMeasured = true });

    private PrivacyPlan WithRequirement(PrivacyRequirement requirement)
    {
        if (Requirement is not null)
        {
            throw new PrivacyPlanException("The plan says Require or Measure twice; say it once.");
        }

        requirement.Check();
        return new PrivacyPlan(this) { Requirement = requirement };
    }

    private PrivacyPlan With(string column, ColumnOperator action) => With([column], action);

    private PrivacyPlan With(IReadOnlyList<string> columns, ColumnOperator action)
    {
        PrivacyPlan plan = new(this);
        foreach (string column in columns)
        {
            RequireColumnName(column);
            if (!plan._operators.TryAdd(column, action))
            {
                throw new PrivacyPlanException(
                    $"The column '{column}' stands twice in the plan: {plan._operators[column].Name} and {action.Name}. Say once what becomes of it.");
            }
        }

        return plan;
    }

    private static void RequireColumnName(string column)
    {
        if (string.IsNullOrEmpty(column))
        {
            throw new PrivacyPlanException("A column of the plan has no name.");
        }
    }
}
