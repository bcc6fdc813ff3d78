namespace Lifecycle.Statistics;

/// <summary>Checks of the error rate a user asks for.</summary>
internal static class ErrorLevel
{
    public static void Require(double level, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(level))] string? name = null)
    {
        if (!(level is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(name, level, "The value lies between 0 and 1, both excluded, for example 0.05.");
        }
    }
}
