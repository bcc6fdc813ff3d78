using System.Globalization;

namespace Lifecycle.Data;

/// <summary>What may be said of a derived version; never more than what was done and measured.</summary>
public enum PrivacyClaim
{
    /// <summary>Columns were changed or dropped, and nothing was required or attested: take it for personal data.</summary>
    None,

    /// <summary>
    /// It holds keyed pseudonyms, tokens or shifted dates: who holds the key can name the people again. It is still personal data (GDPR
    /// article 4(5); EDPB guidelines 01/2025).
    /// </summary>
    Pseudonymized,

    /// <summary>
    /// The 18 identifiers of 45 CFR 164.514(b)(2)(i) were removed and an actor attested (b)(2)(ii): no actual knowledge that the rest could
    /// identify someone.
    /// </summary>
    DeIdentified,

    /// <summary>The requirement of the plan is met over its quasi-identifiers, and no pseudonym, token or shifted date is left.</summary>
    Anonymized,
}

/// <summary>What may be said of a derived version.</summary>
public sealed record PrivacyOutcome
{
    internal PrivacyOutcome(PrivacyClaim claim) => Claim = claim;

    /// <summary>The claim.</summary>
    public PrivacyClaim Claim { get; }

    /// <summary>The required k, when the claim is <see cref="PrivacyClaim.Anonymized"/>.</summary>
    public int? K { get; init; }

    /// <summary>The required l, when one was required.</summary>
    public int? L { get; init; }

    /// <summary>The required t, when one was required.</summary>
    public double? T { get; init; }

    /// <summary>Who attested, when the claim is <see cref="PrivacyClaim.DeIdentified"/>.</summary>
    public string? AttestedBy { get; init; }

    /// <summary>What was attested.</summary>
    public string? Attestation { get; init; }

    /// <summary>For example <c>Pseudonymized</c> or <c>Anonymized (k 5, l 2, t 0.3)</c>.</summary>
    public override string ToString() => Claim switch
    {
        PrivacyClaim.Anonymized => string.Create(
            CultureInfo.InvariantCulture, $"Anonymized (k {K}{(L is null ? "" : $", l {L}")}{(T is { } t ? string.Create(CultureInfo.InvariantCulture, $", t {t}") : "")})"),
        PrivacyClaim.DeIdentified => $"DeIdentified (Safe Harbor, attested by {AttestedBy})",
        PrivacyClaim.None => "None",
        _ => Claim.ToString(),
    };
}
