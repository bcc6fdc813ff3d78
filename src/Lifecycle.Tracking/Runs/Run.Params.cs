using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Tracking;

public sealed partial class Run
{
    /// <summary>
    /// Logs a param. Params never change: the same value again is fine, another value keeps the first and is a problem.
    /// </summary>
    /// <param name="key">1 to 250 letters, digits, <c>_ - . : /</c> and spaces.</param>
    /// <param name="value">
    /// Written in the invariant culture: doubles in their shortest exact form, <c>True|False</c>, enums by name, times in form <c>O</c>, <c>null</c>,
    /// collections as JSON. Up to 16 MiB; beyond 65,536 characters it is kept as the artifact <c>lifecycle/long/param/&lt;key&gt;</c>, and the param says so.
    /// </param>
    [SuppressMessage("Design", "CA1031", Justification = "The text of a value is made by code of the user; logging never throws.")]
    public void LogParam<T>(string key, T value)
    {
        string text;
        try
        {
            text = ParamText.Of(value);
        }
        catch (Exception e)
        {
            Refuse("value", key ?? "", $"The value of the param '{key}' has no text: {e.GetType().Name}: {e.Message}");
            return;
        }

        if (!IsGood("param", key, text))
        {
            return;
        }

        string first = _params.GetOrAdd(key, text);
        if (!string.Equals(first, text, StringComparison.Ordinal))
        {
            Refuse(
                "param-changed", key,
                $"Changing param values is not allowed. Param with key='{key}' was already logged with value='{Cut(first)}' for run ID='{Id}'. Attempted logging new value '{Cut(text)}'.");
        }
        else if (ReferenceEquals(first, text) && !_journal.Append(JournalRecords.Pair(JournalKind.Param, key, text)))
        {
            RefuseEnded(key);
        }
    }

    /// <summary>Sets a tag; the last value counts.</summary>
    /// <param name="key">1 to 250 letters, digits, <c>_ - . : /</c> and spaces.</param>
    /// <param name="value">Up to 16 MiB; beyond 65,536 characters it is kept as the artifact <c>lifecycle/long/tag/&lt;key&gt;</c>, and the tag says so.</param>
    public void SetTag(string key, string value)
    {
        if (IsGood("tag", key, value) && !_journal.Append(JournalRecords.Pair(JournalKind.Tag, key, value)))
        {
            RefuseEnded(key);
        }
    }

    /// <summary>Takes a tag away; when it is not there, nothing happens.</summary>
    public void RemoveTag(string key)
    {
        if (IsGood("tag", key, "") && !_journal.Append(JournalRecords.Pair(JournalKind.TagRemoved, key, "")))
        {
            RefuseEnded(key);
        }
    }

    /// <summary>Ties the run to data. The same data in the same context twice is once.</summary>
    /// <param name="data">Which data; a dataset version converts to it.</param>
    /// <param name="context">What for, for example <c>training</c>.</param>
    public void LogInput(DatasetReference data, string context = "")
    {
        if (data is null || context is null)
        {
            Refuse("value", "input", "An input needs data and a context.");
        }
        else if (InputRule.Broken(data, context) is { } why)
        {
            Refuse("value", data.Name ?? "", why);
        }
        else if (!_journal.Append(JournalRecords.Input(new RunInput(data, context))))
        {
            RefuseEnded(data.Name);
        }
    }

    private static string Cut(string text) => text.Length <= 200 ? text : text[..200] + "…";

    private bool IsGood(string what, [NotNullWhen(true)] string? key, [NotNullWhen(true)] string? value)
    {
        if (KeyRule.Broken(key) is { } broken)
        {
            Refuse("key", key ?? "", broken);
            return false;
        }

        if (value is null || (value.Length > LongestValue && System.Text.Encoding.UTF8.GetByteCount(value) > LongestLogged))
        {
            Refuse(
                "value", key!,
                value is null ? $"The value of the {what} '{key}' is null; take a tag away with RemoveTag."
                : $"The value of the {what} '{key}' has {value.Length} characters, more than 16 MiB in UTF-8. Log it as an artifact.");
            return false;
        }

        return true;
    }
}
