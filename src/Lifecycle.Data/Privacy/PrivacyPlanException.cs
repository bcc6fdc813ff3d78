namespace Lifecycle.Data;

/// <summary>A privacy plan cannot be carried out as it is. Nothing was written; the message never holds a cell, a key or a token.</summary>
public sealed class PrivacyPlanException : DatasetException
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">What is wrong with the plan and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public PrivacyPlanException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>The table does not reach what the plan requires, or only by suppressing more rows than it allows. Nothing was
/// written.</summary>
public sealed class PrivacyRequirementNotMetException : DatasetException
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">What was required and what was reached.</param>
    /// <param name="report">How far it came.</param>
    public PrivacyRequirementNotMetException(string message, RiskReport report)
        : base(message) => Report = report;

    /// <summary>How far it came: the risk before and after the suppression.</summary>
    public RiskReport Report { get; }
}
