using System.Text.RegularExpressions;

namespace Lifecycle.Tracking;

public static partial class SecretRedactor
{
    private const int Patience = 1_000;
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private const RegexOptions AnyCase = Options | RegexOptions.IgnoreCase;

    [GeneratedRegex(@"pass(word|wd|phrase)?|secret|token|api[-_]?key|access[-_]?key|credential|conn(ection)?[-_]?str|private[-_]?key|signature|(?<![^\W_])sas(?![^\W_])|auth", AnyCase, Patience)]
    private static partial Regex SecretName();

    // Without its end line the key goes to the end of the text.
    [GeneratedRegex(@"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY( BLOCK)?-----[\s\S]*?(-----END [A-Z0-9 ]{0,40}PRIVATE KEY( BLOCK)?-----|\z)", AnyCase, Patience)]
    private static partial Regex PrivateKey();

    // AWS; GitHub; GitLab; Slack; Google; OpenAI and those who copied its form. "sk-" inside a word (risk-adjusted-...) is no key, after an escape (\nsk-...) it is.
    [GeneratedRegex(
        @"AKIA[0-9A-Z]{16}|gh[pousr]_\w{36,}|github_pat_\w{20,}|glpat-[\w-]+|xox[baprs]-[\w-]+|AIza[\w-]{35}|(?<=^|[^A-Za-z0-9]|\\[nrt])sk-[\w-]{20,}",
        Options, Patience)]
    private static partial Regex KnownKey();

    [GeneratedRegex(
        """(?<name>(AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd)=)(?>"[^"\r\n]*"|'[^'\r\n]*'|["'][^\r\n]*|[^;"'\r\n]+)""", AnyCase, Patience)]
    private static partial Regex Assignment();

    [GeneratedRegex("""(?<name>[?&]sig=)[^&\s"'<>]+""", AnyCase, Patience)]
    private static partial Regex SignedUrl();

    // A colon and a number up to the path is a port, not a password. A password may hold "@" and, against the rule, "/".
    [GeneratedRegex(
        """://[^\s:/?#@"'<>]{0,256}:(?!\d{1,5}([/?#\s"'<>]|\z))([^\s/?#"'<>]{1,512}@|[^\s@"'<>]{1,512}@)""", Options, Patience)]
    private static partial Regex UserInUrl();

    [GeneratedRegex(@"(?>[\w-]+)(?>\.[\w-]*)*", Options, Patience)]
    private static partial Regex DottedWord();

    // name: value, name = "value", \"name\":\"value\", Authorization: Bearer value
    [GeneratedRegex(
        """
        (?<head>(?<![\w.\-])(?<name>(?>[\w.\-]+))\\{0,7}["']?[ \t]{0,32}[:=]\s{0,32})(?>(?<open>\\{1,7}")(?>[^"\\]|\\{3,}"|\\{1,2}[^"\\])*(?<tail>(\\{1,7}")?)|(?<open>")(?>[^"\\]|\\[\s\S])*(?<tail>"?)|(?<open>')(?>[^'\\]|\\[\s\S])*(?<tail>'?)|(bearer|basic|digest|negotiate|token|apikey)\s{1,32}[^\s"',;]+|([^\s"';&,]|,(?!\s))+)
        """, AnyCase, Patience)]
    private static partial Regex Named();

    [GeneratedRegex(@"\A(?<head>(--?|/)(?<name>[\w.\-]{1,128})[=:]?)(?<value>(?<=[=:])[\s\S]*)?\z", Options, Patience)]
    private static partial Regex Option();
}
