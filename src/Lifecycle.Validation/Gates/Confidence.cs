namespace Lifecycle.Validation;

/// <summary>Confidence of a bound.</summary>
public static class Confidence
{
    /// <summary>No bound: the plain figure is compared with the limit, as MLflow and TFMA do.</summary>
    public const double None = 0;

    /// <summary>What is taken when nobody says otherwise.</summary>
    public const double Default = 0.95;

    internal static bool IsValid(double confidence) => confidence == None || confidence is > 0.5 and < 1;
}
