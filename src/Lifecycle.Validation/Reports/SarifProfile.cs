namespace Lifecycle.Validation;

/// <summary>For whom SARIF is written.</summary>
public enum SarifProfile
{
    /// <summary>Everything: passed requirements too, with <c>kind</c> as SARIF 2.1.0 defines it.</summary>
    Full,

    /// <summary>GitHub code scanning, which documents no <c>kind</c>: only what failed (error) and what could not be decided (warning).</summary>
    CodeScanning,
}
