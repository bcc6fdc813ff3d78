namespace Lifecycle.Data;

/// <summary>
/// The identifiers that 45 CFR 164.514(b)(2)(i) wants removed, (A) to (R), of the individual or of relatives, employers or household
/// members; and <see cref="None"/>.
/// </summary>
public enum SafeHarborClass
{
    /// <summary>None of the 18: kept.</summary>
    None,

    /// <summary>(A) Names. Dropped.</summary>
    Names,

    /// <summary>
    /// (B) Geographic subdivisions smaller than a state. The first three digits of a ZIP code in a column that says so in its name
    /// (<c>zip</c>, <c>postal</c>, <c>postcode</c>); else dropped, because a county code looks like a ZIP code.
    /// <see cref="PrivacyPlan.Zip3"/> says it for a column of another name.
    /// </summary>
    Geography,

    /// <summary>
    /// (C) Elements of dates except the year, and ages over 89. A column of dates keeps its years, without those 90 or more years ago; a
    /// column of numbers whose name says <c>age</c> becomes <c>90+</c> above 89. Other numbers need <see cref="PrivacyPlan.Age"/> or
    /// <see cref="PrivacyPlan.Drop"/>; texts are dropped.
    /// </summary>
    Dates,

    /// <summary>(D) Telephone numbers. Dropped.</summary>
    TelephoneNumbers,

    /// <summary>(E) Fax numbers. Dropped.</summary>
    FaxNumbers,

    /// <summary>(F) E-mail addresses. Dropped.</summary>
    EmailAddresses,

    /// <summary>(G) Social security numbers. Dropped.</summary>
    SocialSecurityNumbers,

    /// <summary>(H) Medical record numbers. Tokenized when the plan has a vault, else dropped.</summary>
    MedicalRecordNumbers,

    /// <summary>(I) Health plan beneficiary numbers. Dropped.</summary>
    HealthPlanNumbers,

    /// <summary>(J) Account numbers. Tokenized when the plan has a vault, else dropped.</summary>
    AccountNumbers,

    /// <summary>(K) Certificate and licence numbers. Dropped.</summary>
    CertificateNumbers,

    /// <summary>(L) Vehicle identifiers, serial numbers, licence plates. Dropped.</summary>
    VehicleIdentifiers,

    /// <summary>(M) Device identifiers and serial numbers. Dropped.</summary>
    DeviceIdentifiers,

    /// <summary>(N) URLs. Dropped.</summary>
    Urls,

    /// <summary>(O) IP addresses. Dropped.</summary>
    IpAddresses,

    /// <summary>(P) Biometric identifiers, finger and voice prints included. Dropped.</summary>
    BiometricIdentifiers,

    /// <summary>(Q) Full-face photographs and comparable images. Dropped.</summary>
    FacePhotographs,

    /// <summary>(R) Any other unique identifying number, characteristic or code. Tokenized when the plan has a vault, else
    /// dropped.</summary>
    OtherUniqueCodes,
}
