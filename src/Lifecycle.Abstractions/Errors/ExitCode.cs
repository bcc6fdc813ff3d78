namespace Lifecycle;

/// <summary>
/// Exit codes of every program of the house. When several apply, the first of
/// 2, 1, 3, 11, 13, 10, 12, 14 is taken: <see cref="MostUrgent"/>.
/// </summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Transient: the same call may succeed later.</summary>
    public const int Transient = 1;

    /// <summary>Configuration or usage; also: code the user passed in threw.</summary>
    public const int Usage = 2;

    /// <summary>An input or a metric is missing.</summary>
    public const int Missing = 3;

    /// <summary>A gate failed.</summary>
    public const int GateFailed = 10;

    /// <summary>A data contract is broken.</summary>
    public const int ContractBroken = 11;

    /// <summary>Somebody must decide first; an inconclusive gate that is held waits here too.</summary>
    public const int DecisionPending = 12;

    /// <summary>A change envelope is violated.</summary>
    public const int EnvelopeViolated = 13;

    /// <summary>Another process is at the same job.</summary>
    public const int LeaseHeld = 14;

    private static readonly int[] Order = [Usage, Transient, Missing, ContractBroken, EnvelopeViolated, GateFailed, DecisionPending, LeaseHeld];

    /// <summary>The code a program ends with when several apply; <see cref="Done"/> when none does.</summary>
    public static int MostUrgent(params ReadOnlySpan<int> codes)
    {
        foreach (int candidate in Order)
        {
            if (codes.Contains(candidate))
            {
                return candidate;
            }
        }

        return Done;
    }
}
