using System.Text;

namespace Lifecycle.Tracking.Tests;

public sealed class SecretRedactorTests
{
    [Fact]
    public void Redactor_Corpus_NoLeak()
    {
        (string Text, string Secret)[] corpus = [.. SecretCorpus.Texts()];
        Assert.InRange(corpus.Length, 200, int.MaxValue);
        foreach ((string text, string secret) in corpus)
        {
            Assert.Contains(secret, text, StringComparison.Ordinal);
            string clean = SecretRedactor.Redact(text);
            Assert.True(!clean.Contains(secret, StringComparison.Ordinal) && clean.Contains("***", StringComparison.Ordinal), $"{text}\nbecame\n{clean}");
            foreach (string argument in SecretRedactor.RedactArguments(["run", text, "--verbose"]))
            {
                Assert.DoesNotContain(secret, argument, StringComparison.Ordinal);
            }

            Assert.DoesNotContain(secret, SecretRedactor.Redact("ANYTHING", text), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ShapedSecrets_AreSeenInFiles()
    {
        foreach (string text in SecretCorpus.Shaped())
        {
            Assert.True(SecretRedactor.HoldsSecret("using System;\n// " + text + "\nclass A;\n"), text);
        }

        Assert.False(SecretRedactor.HoldsSecret("string token = Read(); var password = Ask(user, secret: true); // api_key: see the vault"));
    }

    [Fact]
    public void HarmlessTexts_StayWhole()
    {
        foreach (string text in SecretCorpus.Harmless)
        {
            Assert.Equal(text, SecretRedactor.Redact(text));
            Assert.Equal(text, SecretRedactor.Redact("MODEL_NAME", text));
            Assert.Equal([text, "x"], SecretRedactor.RedactArguments([text, "x"]));
            Assert.False(SecretRedactor.HoldsSecret(text), text);
        }
    }

    [Fact]
    public void WhatStandsAroundASecret_Stays()
    {
        Assert.Equal("Server=db;Password=***;Encrypt=true", SecretRedactor.Redact("Server=db;Password=x y;Encrypt=true"));
        Assert.Equal("{\"user\":\"ada\",\"password\":\"***\",\"n\":1}", SecretRedactor.Redact("{\"user\":\"ada\",\"password\":\"a\\\"b\",\"n\":1}"));
        Assert.Equal("postgres://***@db:5432/x", SecretRedactor.Redact("postgres://ada:p@db:5432/x"));
        Assert.Equal("https://h/c?sv=1&sig=***&se=2", SecretRedactor.Redact("https://h/c?sv=1&sig=abc%3D&se=2"));
        Assert.Equal("before\n***\nafter", SecretRedactor.Redact("before\n-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\nafter"));
        Assert.Equal("Authorization: ***, again", SecretRedactor.Redact("Authorization: Basic YWRhOng=, again"));
        Assert.Equal("user a, *** and *** left", SecretRedactor.Redact("user a, AKIAIOSFODNN7EXAMPLE and xoxb-1-2 left"));
    }

    [Fact]
    public void Arguments_AreRedactedByName()
    {
        Assert.Equal(
            ["train", "--password", "***", "--token=***", "/ApiKey:***", "--rounds", "10", "-secret", "***", "--no-auth", "--verbose", "--data=a.csv"],
            SecretRedactor.RedactArguments(
                ["train", "--password", "-x", "--token=a=b", "/ApiKey:x", "--rounds", "10", "-secret", "AKIA", "--no-auth", "--verbose", "--data=a.csv"]));
        Assert.Empty(SecretRedactor.RedactArguments([]));
    }

    [Fact]
    public void ValuesOfSecretNames_AreMasked()
    {
        foreach (string name in SecretCorpus.SecretNames)
        {
            Assert.Equal("***", SecretRedactor.Redact(name, "x"));
            Assert.Equal("***", SecretRedactor.Redact("MY_" + name.ToUpperInvariant() + "_2", "x"));
        }

        Assert.Equal("", SecretRedactor.Redact("password", ""));
        Assert.False(SecretRedactor.IsSecretName("OMP_NUM_THREADS"));
    }

    public static TheoryData<string> HostileParts =>
    [
        "eyJ", "eyJa.", ".eyJ", "://", "://a:", "://a:b@", "password=", "password=\"", "password:'", "token=\\\"", "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "sk-", "sk-a", "xoxb-",
        "ghp_", "ghp_a ", "AKIA", "AIza", "?sig=", "a", "a.", " ", "\\", "\"", "a:", "auth ", "auth  =  ", "Password", "=", "-", "_", "\n", "\\\"auth\\\":",
    ];

    /// <summary>
    /// Every search gives up after a second and then masks the whole text, so the call ends whatever the text; these here must also keep the secret at their end out.
    /// </summary>
    [Theory]
    [MemberData(nameof(HostileParts))]
    public void HostileMegabyte_LeaksNothing(string part)
    {
        StringBuilder text = new(1_100_000);
        while (text.Length < 1_000_000)
        {
            text.Append(part);
        }

        string hostile = text.Append("\n;\n'\"\" AKIAIOSFODNN7EXAMPLE\n").ToString();
        Assert.DoesNotContain("IOSFODNN7EXAMPLE", SecretRedactor.Redact(hostile), StringComparison.Ordinal);
        Assert.True(SecretRedactor.HoldsSecret(hostile));
    }
}
