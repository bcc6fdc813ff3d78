namespace Lifecycle.Statistics;

/// <summary>An item of <see cref="FrequentItems"/>.</summary>
/// <param name="Hash">Its hash by <see cref="SketchHash"/>.</param>
/// <param name="Text">Its text, at most 256 bytes of UTF-8; null when it was added without one.</param>
/// <param name="Count">Never less than how often it was added.</param>
/// <param name="Error">Most that <paramref name="Count"/> is too large.</param>
public readonly record struct FrequentItem(ulong Hash, string? Text, long Count, long Error)
{
    /// <summary>It was added at least so often.</summary>
    public long AtLeast => Count - Error;
}
