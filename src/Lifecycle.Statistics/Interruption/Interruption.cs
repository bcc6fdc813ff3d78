namespace Lifecycle.Statistics;

/// <summary>
/// Ends long work from within. Sorts, walks, counts and draws look here after every few ten thousand values or every few draws; what was entered on the same
/// thread is called then and ends the work by throwing. Without a scope a look costs about a nanosecond. Results do not depend on looks.
/// </summary>
/// <example><c>using (Interruption.Within(token)) { comparison = TwoSample.Compare(a, b); }</c></example>
public static class Interruption
{
    /// <summary>Values between two looks, at most; a few milliseconds of the slowest work on single values.</summary>
    public const int Block = 1 << 16;

    [ThreadStatic]
    private static Action? _look;

    /// <summary>Until the scope is disposed, work on this thread throws <see cref="OperationCanceledException"/> soon after the token is cancelled.</summary>
    /// <param name="cancellationToken">The token; scopes lie within one another, and each is looked at.</param>
    /// <exception cref="OperationCanceledException">The token is cancelled already.</exception>
    public static Scope Within(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return cancellationToken.CanBeCanceled ? Within(cancellationToken.ThrowIfCancellationRequested) : new Scope(_look);
    }

    /// <summary>Until the scope is disposed, work on this thread calls an action now and then.</summary>
    /// <param name="look">Called often, so it is short; it ends the work by throwing.</param>
    public static Scope Within(Action look)
    {
        ArgumentNullException.ThrowIfNull(look);
        Action? outer = _look;
        _look = outer is null ? look : outer + look;
        return new Scope(outer);
    }

    /// <summary>Looks whether the work on this thread is to end; for long work around this package.</summary>
    public static void Look() => _look?.Invoke();

    /// <summary>Looks once in <see cref="Block"/> calls.</summary>
    /// <param name="step">Number of this call, from 0 on.</param>
    public static void LookAt(long step)
    {
        if ((step & (Block - 1)) == Block - 1)
        {
            Look();
        }
    }

    /// <summary>Ends with <see cref="Dispose"/>, on the thread that entered it; it does not live across an <c>await</c>.</summary>
    public readonly ref struct Scope : IDisposable
    {
        private readonly Action? _outer;

        internal Scope(Action? outer) => _outer = outer;

        /// <summary>What was looked at before is looked at again.</summary>
        public void Dispose() => _look = _outer;
    }
}
