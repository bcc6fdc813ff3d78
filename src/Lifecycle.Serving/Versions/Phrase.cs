namespace Lifecycle.Serving;

/// <summary>
/// Messages of others as parts of sentences: a reason ends without a full stop, and whoever puts it into a sentence sets one.
/// </summary>
internal static class Phrase
{
    /// <summary>The message without blanks at its ends and without the full stop that ends it; an ellipsis stays.</summary>
    public static string Of(string message)
    {
        string text = message.Trim();
        return text.EndsWith('.') && !text.EndsWith("..", StringComparison.Ordinal) ? text[..^1].TrimEnd() : text;
    }
}
