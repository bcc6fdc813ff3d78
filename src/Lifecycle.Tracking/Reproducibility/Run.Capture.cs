using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Tracking;

public sealed partial class Run
{
    internal const string MessageTag = "lifecycle.exception.message";
    private const int LongestMessage = 1_000;
    private readonly HashSet<string> _given;

    /// <summary>Ends when the environment of the run is stored.</summary>
    internal Task Captured { get; set; } = Task.CompletedTask;

    /// <summary>Sets a tag that the caller of the start did not set; after the end of the run it does nothing.</summary>
    internal void TagUnlessGiven(string key, string? value)
    {
        if (value is { Length: <= LongestValue } && !_given.Contains(key))
        {
            _journal.Append(JournalRecords.Pair(JournalKind.Tag, key, value));
        }
    }

    /// <summary>Waits for the capture, at most as long as an end may wait in all.</summary>
    /// <returns>What is left of that time.</returns>
    private async ValueTask<TimeSpan> AwaitCaptureAsync(CancellationToken cancellationToken)
    {
        if (Captured.IsCompleted || Status != RunStatus.Running)
        {
            return _endTimeout;
        }

        long began = Stopwatch.GetTimestamp();
        try
        {
            await Captured.WaitAsync(_endTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // The run ends; what is read later is stored beside it.
        }

        TimeSpan left = _endTimeout - Stopwatch.GetElapsedTime(began);
        return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
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
