namespace Lifecycle.Serving;

/// <summary>What a version answers today to what was asked, compared with what was answered.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version that ran.</param>
public sealed record ReplayReport(string Model, string Version)
{
    /// <summary>Logged predictions of the time, shadow runs left out.</summary>
    public long Records { get; init; }

    /// <summary>Records whose outputs are equal to the bit.</summary>
    public long Equal { get; init; }

    /// <summary>Records of which an output differs.</summary>
    public long Different { get; init; }

    /// <summary>Records on which the version failed now.</summary>
    public long Errors { get; init; }

    /// <summary>Records that cannot be run again: they had failed or the fallback had answered, or an input that this version needs is redacted or dropped, or one is none of this version's.</summary>
    public long Skipped { get; init; }

    /// <summary>The largest difference between two finite numbers of the same place.</summary>
    public double MaximumDifference { get; init; }

    /// <summary>The first differences and errors, at most 16.</summary>
    public IReadOnlyList<ReplayDifference> First { get; init; } = [];
}

/// <summary>A record that is answered otherwise now.</summary>
/// <param name="RequestId">Its request.</param>
/// <param name="Version">The version that answered then.</param>
/// <param name="Text">What differs, or how the version failed.</param>
public sealed record ReplayDifference(Guid RequestId, string Version, string Text);

/// <summary>A version that is held for a replay.</summary>
/// <param name="run">Runs it on inputs; the outputs are used again. Throws <see cref="InvalidInputException"/> when the inputs do not fit.</param>
/// <param name="held">Disposed when the replay is done.</param>
internal sealed class ReplayTarget(Action<TensorSet, TensorSet, CancellationToken> run, IDisposable? held) : IDisposable
{
    public void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken) => run(inputs, outputs, cancellationToken);

    public void Dispose() => held?.Dispose();
}
