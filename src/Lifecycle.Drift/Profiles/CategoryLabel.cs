namespace Lifecycle.Drift;

/// <summary>A label of the reference and how often it was seen.</summary>
/// <param name="Hash">XXH64 of the label's UTF-8 bytes.</param>
/// <param name="Text">The label, cut at 256 bytes of UTF-8; null when the text is not kept.</param>
/// <param name="Count">Exact count; where a stream had more labels than fit, never too small.</param>
public readonly record struct CategoryLabel(ulong Hash, string? Text, long Count)
{
    /// <summary>Most that <see cref="Count"/> is too large; 0 when it is exact.</summary>
    public long Error { get; init; }

    /// <summary>The text, or <c>#hash</c> where it is not kept.</summary>
    public override string ToString() => Text ?? LabelText.OfHash(Hash);
}
