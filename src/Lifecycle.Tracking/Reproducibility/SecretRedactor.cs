using System.Text.RegularExpressions;

namespace Lifecycle.Tracking;

/// <summary>
/// Takes secrets out of text before it is written down. A secret is known by the name it stands beside (<c>password</c>, <c>api-key</c>, <c>token</c>, ...) or by its own
/// shape (private keys in PEM, keys of clouds and code hosts, JWTs, passwords in connection strings and urls). It becomes <c>***</c>; nothing of it is kept, no hash either.
/// </summary>
/// <remarks>
/// The names are taken widely: <c>author=ada</c> is redacted too, because <c>auth</c> is such a name. Every search is bounded in length and ends after a second at the
/// latest; a text that could not be searched to its end becomes <c>***</c> as a whole.
/// </remarks>
public static partial class SecretRedactor
{
    /// <summary>What stands in place of a secret.</summary>
    public const string Mask = "***";

    /// <summary>Whether a value of this name is a secret.</summary>
    public static bool IsSecretName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            return SecretName().IsMatch(name);
        }
        catch (RegexMatchTimeoutException)
        {
            return true;
        }
    }

    /// <summary>Whether a text holds something of the shape of a secret. Names are not looked at: source code is full of <c>token = ...</c>.</summary>
    public static bool HoldsSecret(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return PrivateKey().IsMatch(text) || KnownKey().IsMatch(text) || Assignment().IsMatch(text) || SignedUrl().IsMatch(text) || UserInUrl().IsMatch(text)
                || FindToken(text) >= 0;
        }
        catch (RegexMatchTimeoutException)
        {
            return true;
        }
    }

    /// <summary>A text without its secrets.</summary>
    public static string Redact(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            string clean = PrivateKey().Replace(text, Mask);
            clean = clean.Contains(".eyJ", StringComparison.Ordinal) ? DottedWord().Replace(clean, m => WithoutToken(m.Value)) : clean;
            clean = UserInUrl().Replace(clean, "://" + Mask + "@");
            clean = SignedUrl().Replace(clean, m => m.Groups["name"].Value + Mask);
            clean = Assignment().Replace(clean, m => m.Groups["name"].Value + Mask);
            clean = Named().Replace(clean, WithoutNamed);
            return KnownKey().Replace(clean, Mask);
        }
        catch (RegexMatchTimeoutException)
        {
            return Mask;
        }
    }

    /// <summary>A value that has a name: <c>***</c> when the name says that it is a secret, else the value without the secrets in it.</summary>
    public static string Redact(string name, string value) => IsSecretName(name) && value?.Length > 0 ? Mask : Redact(value!);

    /// <summary>The arguments of a program: <c>--password x</c>, <c>--password=x</c>, <c>/token:x</c> and secrets inside others.</summary>
    public static IReadOnlyList<string> RedactArguments(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        string[] clean = new string[arguments.Count];
        bool isValue = false;
        for (int i = 0; i < clean.Length; i++)
        {
            string argument = arguments[i];
            Match option = Option().Match(argument);
            bool isSecret = option.Success && IsSecretName(option.Groups["name"].Value);
            clean[i] = isValue && !(option.Success && argument.StartsWith("--", StringComparison.Ordinal)) ? Mask
                : isSecret && option.Groups["value"].Success ? option.Groups["head"].Value + Mask
                : Redact(argument);
            isValue = isSecret && !option.Groups["value"].Success;
        }

        return clean;
    }

    private static string WithoutNamed(Match match) =>
        IsSecretName(match.Groups["name"].Value) ? string.Concat(match.Groups["head"].Value, match.Groups["open"].Value, Mask, match.Groups["tail"].Value) : match.Value;

    // A JWT inside a run of words joined by dots: two neighbouring words that hold "eyJ", the second at its beginning.
    private static int FindToken(string text)
    {
        if (!text.Contains(".eyJ", StringComparison.Ordinal))
        {
            return -1;
        }

        foreach (ValueMatch word in DottedWord().EnumerateMatches(text))
        {
            int at = TokenIn(text.AsSpan(word.Index, word.Length));
            if (at >= 0)
            {
                return word.Index + at;
            }
        }

        return -1;
    }

    private static string WithoutToken(string word)
    {
        int at = TokenIn(word);
        return at < 0 ? word : word[..at] + Mask;
    }

    private static int TokenIn(ReadOnlySpan<char> word)
    {
        int second = word.IndexOf(".eyJ", StringComparison.Ordinal);
        int first = second < 0 ? -1 : word[..second].IndexOf("eyJ", StringComparison.Ordinal);
        return first >= 0 && word[(second + 1)..].Contains('.') ? first : -1;
    }
}
