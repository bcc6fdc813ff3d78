namespace Lifecycle.Data;

public sealed partial class PrivacyPlan
{
    /// <summary>Says which of the 18 identifiers a column is; the class then says what becomes of it.</summary>
    /// <param name="column">The column.</param>
    /// <param name="identifier">Its class, or <see cref="SafeHarborClass.None"/>.</param>
    /// <exception cref="PrivacyPlanException">The plan is not one of Safe Harbor, or the column is classified already.</exception>
    public PrivacyPlan Classify(string column, SafeHarborClass identifier)
    {
        RequireSafeHarbor("Classify");
        RequireColumnName(column);
        if (!Enum.IsDefined(identifier))
        {
            throw new PrivacyPlanException($"'{column}': {(int)identifier} is no class of identifiers.");
        }

        PrivacyPlan plan = new(this);
        return plan._classes.TryAdd(column, identifier)
            ? plan
            : throw new PrivacyPlanException($"The column '{column}' stands twice in the plan: {_classes[column]} and {identifier}. Classify it once.");
    }

    /// <summary>A column of ages in years: class (C), and <c>90+</c> above 89.</summary>
    /// <param name="column">A column of numbers.</param>
    public PrivacyPlan Age(string column) => Classify(column, SafeHarborClass.Dates).With(column, SafeHarborRules.Ages(column));

    /// <summary>Keeps a column of free text that is classified as <see cref="SafeHarborClass.None"/>: somebody read it.</summary>
    /// <param name="column">The column.</param>
    /// <param name="reason">Why no identifier is in it; kept in the plan.</param>
    public PrivacyPlan KeepFreeText(string column, string reason)
    {
        RequireSafeHarbor("KeepFreeText");
        RequireStatement(reason, "reason");
        PrivacyPlan plan = new(this);
        return plan._freeText.TryAdd(column, reason)
            ? plan
            : throw new PrivacyPlanException($"The column '{column}' stands twice in the plan: KeepFreeText is said two times.");
    }

    /// <summary>
    /// Attests 45 CFR 164.514(b)(2)(ii) in the name of the actor who derives: without it no outcome is
    /// <see cref="PrivacyClaim.DeIdentified"/>.
    /// </summary>
    /// <param name="statement">For example <c>no actual knowledge that the rest could identify a person</c>; kept in the plan and in the
    /// risk report, both of which the audit entry names by their digests.</param>
    public PrivacyPlan Attest(string statement)
    {
        RequireSafeHarbor("Attest");
        RequireStatement(statement, "statement");
        return Attestation is null ? new PrivacyPlan(this) { Attestation = statement } : throw new PrivacyPlanException("The plan is attested twice; say it once.");
    }

    private void RequireSafeHarbor(string call)
    {
        if (Profile != PrivacyProfile.SafeHarbor)
        {
            throw new PrivacyPlanException($"{call} belongs to a Safe Harbor plan; begin with PrivacyPlan.HipaaSafeHarbor().");
        }
    }

    private static void RequireStatement(string text, string what)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > 2000 || text.Any(char.IsControl))
        {
            throw new PrivacyPlanException($"A {what} must be 1 to 2,000 characters without control characters: it is what an auditor reads.");
        }
    }
}
