namespace Lifecycle.Tracking.Tests;

/// <summary>Secrets of every shape inside texts of every form, and texts that hold none.</summary>
internal static class SecretCorpus
{
    private const string Body = "MIIEowIBAAKCAQEAx9Zk3Q0v7Yp1kQ2b\nq8W5n4Lr6TtVhJ2mC0dEfGhIjKlMnOpQ\nzYxWvUtSrQpOnMlKjIhGfEdCbA==";
    private const string Jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";

    /// <summary>Secrets that are known by their shape: the text that holds one, and what must not be left.</summary>
    private static IEnumerable<(string Text, string Secret)> Shapes()
    {
        foreach (string kind in (string[])["RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK", "rsa private key"])
        {
            string begin = kind == "rsa private key" ? "-----begin " : "-----BEGIN ";
            string end = kind == "rsa private key" ? "-----end " : "-----END ";
            yield return ($"{begin}{kind}-----\n{Body}\n{end}{kind}-----", "q8W5n4Lr6TtVhJ2m");
        }

        yield return ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7EXAMPLE");
        foreach (char kind in "pousr")
        {
            yield return ($"gh{kind}_16C7e42F292c6912E7710c838347Ae178B4a9Z", "16C7e42F292c6912E7710c838347Ae178B4a");
        }

        yield return ("glpat-x9Zk3Q0v7Yp1kQ2bTtVh", "x9Zk3Q0v7Yp1kQ2bTtVh");
        foreach (char kind in "baprs")
        {
            yield return ($"xox{kind}-123456789012-abcdefABCDEF987654", "123456789012-abcdefABCDEF987654");
        }

        yield return ("AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY", "SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY");
        yield return ("sk-proj-9Zk3Q0v7Yp1kQ2bTtVhJ2mC0dEfGh", "9Zk3Q0v7Yp1kQ2bTtVhJ2mC0dEfGh");
        yield return (Jwt, "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U");
        yield return (Jwt[..^10], "eyJzdWIiOiIxMjM0NTY3ODkwIn0");
    }

    private static readonly string[] Frames =
    [
        "{0}", "Could not log in with {0}, try again.", "{{\"value\":\"{0}\",\"other\":1}}", "\"{{\\\"value\\\":\\\"{0}\\\"}}\"", "first line\n  {0}\nlast line",
        "https://example.org/path?x={0}&y=1", "--file={0}", "'{0}'", "[{0}]", "a\\n{0}",
    ];

    private static readonly string[] Names =
    [
        "password", "PASSWD", "PassPhrase", "client_secret", "accessToken", "API-KEY", "api_key", "ApiKey", "access-key", "AccessKey", "credential", "aws_credentials",
        "connStr", "CONNECTION_STRING", "connection-str", "private_key", "PrivateKey", "signature", "sas", "Authorization", "x-auth",
    ];

    private static readonly (string Frame, string Secret)[] Named =
    [
        ("--{0}=hunter2!x9", "hunter2!x9"), ("/{0}:hunter2!x9", "hunter2!x9"), ("{{\"a\":1,\"{0}\":\"hun ter2,x9\"}}", "ter2,x9"), ("{{ \"{0}\" : \"hun\\\"ter2;x9\" }}", "ter2;x9"),
        ("\"{{\\\"{0}\\\":\\\"hun ter2 x9\\\"}}\"", "ter2 x9"), ("{0} = 'hun ter2 x9'", "ter2 x9"), ("{0}: Bearer hunter2x9", "hunter2x9"),
        ("https://example.org/a?b=c&{0}=hunter2x9&d=e", "hunter2x9"), ("before\n{0}: hunter2x9\nafter", "hunter2x9"),
    ];

    private static readonly (string Text, string Secret)[] Others =
    [
        ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=x9Zk3Q0v7Yp1kQ2b==;EndpointSuffix=core", "x9Zk3Q0v7Yp1kQ2b=="),
        ("ACCOUNTKEY=x9Zk3Q0v7Yp1kQ2b==", "x9Zk3Q0v7Yp1kQ2b"),
        ("Endpoint=sb://a/;SharedAccessKeyName=n;SharedAccessKey=x9Zk3Q0v7Yp1=", "x9Zk3Q0v7Yp1="),
        ("Server=db;User Id=sa;Password=my pass,word 9;Encrypt=true", "pass,word 9"),
        ("Server=db;pwd=hunter2x9", "hunter2x9"),
        ("Server=db;PASSWORD=\"hun;ter2'x9\";Encrypt=true", "ter2'x9"),
        ("Server=db;password='hun;ter2x9'", "ter2x9"),
        ("Server=db;Password=\"hun;ter2x9 without end", "ter2x9"),
        ("{\"Default\":\"Server=db;Password=hunter2x9;\"}", "hunter2x9"),
        ("https://a.blob.core.windows.net/c/b?sv=2021&sig=x9Zk3Q0v%2BTt%3D&se=2026", "x9Zk3Q0v%2BTt"),
        ("https://a.blob.core.windows.net/c/b?SIG=x9Zk3Q0v", "x9Zk3Q0v"),
        ("postgres://ada:hunter2x9@db.example.org:5432/lifecycle", "hunter2x9"),
        ("amqp://ada:hun@ter2x9@mq/vhost", "ter2x9"),
        ("mongodb+srv://ada:hun/ter2x9@cluster.example.org", "ter2x9"),
        ("redis://:hunter2x9@cache:6379", "hunter2x9"),
        ("git clone https://oauth2:hunter2x9@example.org/a.git failed", "hunter2x9"),
        ("https://ada:1234@example.org/", "1234@"),
        ("-----BEGIN RSA PRIVATE KEY-----\nx9Zk3Q0v7Yp1 cut off", "x9Zk3Q0v7Yp1"),
        ("two: AKIAIOSFODNN7EXAMPLE AKIAIOSFODNN7EXAMPLF", "AKIAIOSFODNN7EXAMPL"),
        ("ConnectionStrings__Default=Server=db;Password=hunter2x9", "hunter2x9"),
    ];

    public static IEnumerable<(string Text, string Secret)> Texts()
    {
        foreach ((string text, string secret) in Shapes())
        {
            foreach (string frame in Frames)
            {
                yield return (Fill(frame, text), secret);
            }
        }

        foreach (string name in Names)
        {
            foreach ((string frame, string secret) in Named)
            {
                yield return (Fill(frame, name), secret);
            }
        }

        foreach ((string text, string secret) in Others)
        {
            yield return (text, secret);
        }
    }

    /// <summary>Texts with a secret that is known without a name beside it.</summary>
    public static IEnumerable<string> Shaped() => Shapes().SelectMany(s => Frames.Select(f => Fill(f, s.Text))).Concat(Others.Select(o => o.Text));

    public static IEnumerable<string> SecretNames => Names;

    public static readonly string[] Harmless =
    [
        "", "mortgage", "LightGbm", "0.853", "learning rate 0.01", "https://example.org/a/b?x=1&y=2#z", "http://localhost:8080/users/ada@example.org", "http://localhost:5000",
        "ada@example.org", "git@example.org:a/b.git", "Server=db;Database=mortgage;Encrypt=true", "{\"auc\":0.9,\"name\":\"gbm-31\"}", "2026-03-01T12:00:00Z", "/var/lib/lifecycle/objects",
        "C:\\models\\gbm.zip", "--rounds=100", "--verbose", "/p:Configuration=Release", "en-US", "Europe/Berlin", "Unexpected character '<' at position 3",
        "Object reference not set to an instance of an object.", "risk-adjusted-return-of-the-portfolio", "task-runner-for-the-nightly-build-2026", "disk-full-while-writing-the-journal",
        "The file 'model.zip' was not found.", "sha256:d3f7cc7a5e03715064bf3df43bea10513286ea215906067637754c0bc69fc81a", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "AKIA", "AKIASHORT", "ghp_short", "AIzaTooShort", "sk-short", "eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOi.notatoken.x", "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "a=b;c=d", "x: y", "Sasha = 3", "sasquatch: big", "the password was wrong", "no token given", "authentication failed for user ada",
        "width=3, height=4", "significance=0.05", "?sign=1", "&design=2", "*** is a mask", "日本語のテキスト", "tree 🌳 = green", "line one\r\nline two\ttabbed", "f(x) = 2x + 1; g(x) = x",
        "key=value", "keyboard=qwertz", "DOTNET_gcServer=1",
    ];

    private static string Fill(string frame, string text) => frame.Replace("{0}", text, StringComparison.Ordinal).Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal);
}
