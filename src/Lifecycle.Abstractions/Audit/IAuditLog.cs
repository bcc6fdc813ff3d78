namespace Lifecycle;

/// <summary>
/// Append-only, hash-chained record of every change to durable state. An entry is written in the transaction of the change it tells of.
/// </summary>
/// <remarks>
/// The stored bytes are hashed, never JSON written again: leaf = SHA-256(0x00 ‖ bytes), head_n = SHA-256(0x01 ‖ head_(n-1) ‖ leaf_n),
/// head_0 = 32 zero bytes (leaves as in RFC 6962). Who can rewrite the folder can rewrite the checkpoint too: keep heads elsewhere.
/// </remarks>
public interface IAuditLog
{
    /// <summary>Writes one entry in the given transaction; sequence, time and actor are filled in.</summary>
    ValueTask<AuditEntry> AppendAsync(LifecycleTransaction transaction, AuditRecord record, CancellationToken cancellationToken = default);

    /// <summary>Entries in order, from a sequence number on.</summary>
    IAsyncEnumerable<AuditEntry> ReadAsync(long from = 1, CancellationToken cancellationToken = default);

    /// <summary>The newest head, to be kept elsewhere.</summary>
    ValueTask<AuditHead> HeadAsync(CancellationToken cancellationToken = default);

    /// <summary>Recomputes the chain; compares it with the stored checkpoint and with a head that the caller kept.</summary>
    ValueTask<AuditVerification> VerifyAsync(AuditHead? expected = null, CancellationToken cancellationToken = default);
}

/// <summary>What changed, before the log adds who and when.</summary>
/// <param name="Action">For example <c>model.alias.moved</c>.</param>
/// <param name="Subject">What it happened to, for example <c>model/mortgage</c>.</param>
/// <param name="Before">State before as JSON, if any.</param>
/// <param name="After">State after as JSON, if any.</param>
/// <param name="Reason">Why, in the words of the actor.</param>
public sealed record AuditRecord(string Action, string Subject, string? Before = null, string? After = null, string? Reason = null);

/// <summary>One entry of the audit log.</summary>
/// <param name="Sequence">1, 2, 3, ... without gap.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What.</param>
/// <param name="Subject">To what.</param>
/// <param name="Before">State before as JSON.</param>
/// <param name="After">State after as JSON.</param>
/// <param name="Reason">Why.</param>
/// <param name="Head">The head of the chain with this entry.</param>
public sealed record AuditEntry(
    long Sequence, DateTimeOffset At, string Actor, string Action, string Subject, string? Before, string? After, string? Reason, Digest Head);

/// <summary>A point of the chain.</summary>
/// <param name="Count">Entries so far.</param>
/// <param name="Head">Hash over all of them; 32 zero bytes when there are none.</param>
public readonly record struct AuditHead(long Count, Digest Head);

/// <summary>What a verification of the audit log found.</summary>
/// <param name="Head">The chain as it is.</param>
/// <param name="Problems">Everything that does not fit; empty when the log is sound.</param>
public sealed record AuditVerification(AuditHead Head, IReadOnlyList<AuditProblem> Problems)
{
    /// <summary>Whether nothing was changed, deleted, reordered, inserted or cut off.</summary>
    public bool IsSound => Problems.Count == 0;
}

/// <summary>One thing that does not fit.</summary>
/// <param name="Sequence">The entry; null when the log as a whole is meant.</param>
/// <param name="Problem">One sentence for a person.</param>
public sealed record AuditProblem(long? Sequence, string Problem);
