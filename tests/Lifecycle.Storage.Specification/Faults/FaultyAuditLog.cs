using System.Runtime.CompilerServices;

namespace Lifecycle.Storage.Specification;

/// <summary>An audit log whose operations go wrong as planned. Names: <c>audit.append</c>, <c>.read</c>, <c>.head</c>, <c>.verify</c>.</summary>
/// <param name="inner">The log that does the work.</param>
/// <param name="plan">What goes wrong.</param>
public sealed class FaultyAuditLog(IAuditLog inner, FaultPlan plan) : IAuditLog
{
    /// <inheritdoc/>
    public async ValueTask<AuditEntry> AppendAsync(LifecycleTransaction transaction, AuditRecord record, CancellationToken cancellationToken = default)
    {
        Exception? half = await plan.StepAsync("audit.append", cancellationToken);
        AuditEntry entry = await inner.AppendAsync(transaction, record, cancellationToken);
        return half is null ? entry : throw half;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AuditEntry> ReadAsync(long from = 1, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Exception? half = await plan.StepAsync("audit.read", cancellationToken);
        await foreach (AuditEntry entry in inner.ReadAsync(from, cancellationToken))
        {
            yield return entry;
            if (half is not null)
            {
                break;
            }
        }

        if (half is not null)
        {
            throw half;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<AuditHead> HeadAsync(CancellationToken cancellationToken = default)
    {
        Exception? half = await plan.StepAsync("audit.head", cancellationToken);
        return half is null ? await inner.HeadAsync(cancellationToken) : throw half;
    }

    /// <inheritdoc/>
    public async ValueTask<AuditVerification> VerifyAsync(AuditHead? expected = null, CancellationToken cancellationToken = default)
    {
        Exception? half = await plan.StepAsync("audit.verify", cancellationToken);
        return half is null ? await inner.VerifyAsync(expected, cancellationToken) : throw half;
    }
}
