using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lifecycle.Validation;

internal sealed class MatchesExpectation(string column, string pattern) : Expectation(column)
{
    public const string KindName = "matches";

    public override string Kind => KindName;

    public override string Text => $"{Subject} matches {Wording.Show(pattern)}";

    internal override IEnumerable<string> Problems() => [.. PatternText.Problems(Subject, pattern), .. base.Problems()];

    internal override Check Begin(CheckStart start)
    {
        Regex regex = PatternText.Make(pattern);
        return TextMarks.Of(start, text => regex.IsMatch(text));
    }

    internal override void WriteArguments(Utf8JsonWriter writer) => writer.WriteString("pattern", pattern);
}

internal sealed class NotMatchesExpectation(string column, string pattern) : Expectation(column)
{
    public const string KindName = "notMatches";

    public override string Kind => KindName;

    public override string Text => $"{Subject} does not match {Wording.Show(pattern)}";

    internal override IEnumerable<string> Problems() => [.. PatternText.Problems(Subject, pattern), .. base.Problems()];

    internal override Check Begin(CheckStart start)
    {
        Regex regex = PatternText.Make(pattern);
        return TextMarks.Of(start, text => !regex.IsMatch(text));
    }

    internal override void WriteArguments(Utf8JsonWriter writer) => writer.WriteString("pattern", pattern);
}

/// <summary>Regular expressions in linear time.</summary>
internal static class PatternText
{
    public const int MostBytes = 4096;

    public static Regex Make(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    public static IEnumerable<string> Problems(string column, string pattern)
    {
        if (Encoding.UTF8.GetByteCount(pattern) > MostBytes)
        {
            return [$"{column}: the pattern is longer than {MostBytes:N0} bytes."];
        }

        try
        {
            _ = Make(pattern);
            return [];
        }
        catch (NotSupportedException)
        {
            return [$"{column}: the pattern '{Wording.Show(pattern)}' needs backtracking (a look-around, a back-reference or an atomic group) or is too large; use one without, for example ^[A-Z]{{2}}[0-9]+$."];
        }
        catch (ArgumentException error)
        {
            return [$"{column}: the pattern '{Wording.Show(pattern)}' is not a regular expression: {error.Message}"];
        }
    }
}

/// <summary>Length in UTF-16 characters, as <see cref="string.Length"/> counts.</summary>
internal sealed class LengthBetweenExpectation(string column, int least, int most) : Expectation(column)
{
    public const string KindName = "lengthBetween";

    public override string Kind => KindName;

    public override string Text => $"length of {Subject} {Wording.Limit(least, most == int.MaxValue ? null : most, Wording.Number)}";

    internal override IEnumerable<string> Problems() => [.. FigureLimits.Problems(Text, least, most, 0), .. base.Problems()];

    internal override Check Begin(CheckStart start) => TextMarks.Of(start, text => text.Length >= least && text.Length <= most);

    internal override void WriteArguments(Utf8JsonWriter writer) => FigureLimits.Write(writer, least, most == int.MaxValue ? null : most, "min", "max");
}

/// <summary>No white space at either end.</summary>
internal sealed class NoPaddingExpectation(string column) : Expectation(column)
{
    public const string KindName = "noPadding";

    public override string Kind => KindName;

    public override string Text => $"{Subject} without white space at its ends";

    internal override Check Begin(CheckStart start) =>
        TextMarks.Of(start, text => text.Length == 0 || (!char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1])));
}

/// <summary>No lone surrogate, no U+FFFD, no control character.</summary>
internal sealed class ValidTextExpectation(string column) : Expectation(column)
{
    public const string KindName = "validText";

    public override string Kind => KindName;

    public override string Text => $"{Subject} is sound text";

    internal override Check Begin(CheckStart start) => TextMarks.Of(start, IsSound);

    private static bool IsSound(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsControl(c) || c == '\uFFFD' || char.IsLowSurrogate(c))
            {
                return false;
            }

            if (char.IsHighSurrogate(c))
            {
                if (i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }
}

internal sealed class ParsesAsExpectation(string column, CellFormat format) : Expectation(column)
{
    public const string KindName = "parsesAs";

    public override string Kind => KindName;

    public override string Text => $"{Subject} reads as {format}";

    internal override IEnumerable<string> Problems() => [.. format.Problems(Subject), .. base.Problems()];

    internal override Check Begin(CheckStart start) => TextMarks.Of(start, format.Reads);

    internal override void WriteArguments(Utf8JsonWriter writer) => format.Write(writer);
}

/// <summary>A row check over the text of cells.</summary>
internal static class TextMarks
{
    public static RowCheck Of(CheckStart start, Func<string, bool> holds) => new MarkCheck((chunk, judged, broken) =>
    {
        ReadOnlySpan<string?> texts = chunk[start.Column].Texts();
        for (int row = RowBits.Next(judged, 0); row >= 0; row = row + 1 < chunk.Rows ? RowBits.Next(judged, row + 1) : -1)
        {
            if (!holds(texts[row]!))
            {
                RowBits.Set(broken, row);
            }
        }
    });
}
