using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Tracking;

public sealed partial class Run
{
    internal const string MessageTag = "lifecycle.exception.message";
    private const int LongestMessage = 1_000;
    private readonly HashSet<string> _given;

    /// <summary>Sets a tag that the caller of the start did not set; after the end of the run it does nothing.</summary>
    internal void TagUnlessGiven(string key, string? value)
    {
        if (value is { Length: <= LongestValue } && !_given.Contains(key))
        {
            _journal.Append(JournalRecords.Pair(JournalKind.Tag, key, value));
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The message of an exception is made by code of the user; ending a run never throws.")]
    private static string MessageOf(Exception exception)
    {
        try
        {
            string message = exception.Message;
            message = SecretRedactor.Redact(message.Length <= 16 * LongestMessage ? message : message[..(16 * LongestMessage)]);
            int cut = message.Length <= LongestMessage ? message.Length : char.IsHighSurrogate(message[LongestMessage - 1]) ? LongestMessage - 1 : LongestMessage;
            return cut == message.Length ? message : message[..cut] + "…";
        }
        catch (Exception e)
        {
            return $"(its message threw {e.GetType().Name})";
        }
    }
}
