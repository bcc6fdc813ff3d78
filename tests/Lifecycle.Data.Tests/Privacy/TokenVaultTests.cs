using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Data.Tests;

public sealed class TokenVaultTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lifecycle-vault-").FullName;

    private static PseudonymKeys Keys { get; } = PseudonymKeys.Of(new PseudonymKey("v1", RandomNumberGenerator.GetBytes(32)));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File(string name = "vault") => Path.Combine(_folder, name);

    private static async Task<string[]> AddAsync(TokenVault vault, params string[] values)
    {
        using VaultSession session = await vault.BeginAsync(CancellationToken.None);
        string[] tokens = [.. values.Select(v => session.TokenOf("d", v))];
        await session.KeepAsync(CancellationToken.None);
        return tokens;
    }

    [Fact]
    public async Task Tokens_AreKept_AndRevealed()
    {
        string[] tokens;
        string id;
        await using (TokenVault vault = await TokenVault.OpenAsync(File(), Keys))
        {
            tokens = await AddAsync(vault, "MRN1", "MRN2", "", "Jos\u00e9", "Jose\u0301", "MRN1");
            id = vault.Id;
            Assert.Equal(4, vault.Count);
            Assert.Equal(tokens[0], tokens[5]);
            Assert.Equal(tokens[3], tokens[4]);
            Assert.Equal("MRN2", vault.Reveal(tokens[1]));
        }

        await using TokenVault again = await TokenVault.OpenAsync(File(), Keys);
        Assert.Equal(id, again.Id);
        Assert.Equal(["MRN1", "MRN2", "", "Jos\u00e9"], tokens[..4].Select(again.Reveal));
        Assert.Equal(tokens[0], (await AddAsync(again, "MRN1"))[0]);
        Assert.All(tokens, t => Assert.Matches("^[A-Za-z0-9_-]{22}$", t));
        foreach (string unknown in new[] { "", "x", new string('A', 22), tokens[0] + "=", tokens[0][..21] + "!" })
        {
            Assert.Null(again.Reveal(unknown));
        }
    }

    [Fact]
    public async Task Tokens_AreNeverEqual_AcrossVaults_Domains_OrFromTheValue()
    {
        await using TokenVault one = await TokenVault.OpenAsync(File("one"), Keys);
        await using TokenVault two = await TokenVault.OpenAsync(File("two"), Keys);
        string[] values = [.. Enumerable.Range(0, 2000).Select(i => $"v{i}")];
        string[] all = [.. await AddAsync(one, values), .. await AddAsync(two, values)];
        using (VaultSession session = await one.BeginAsync(CancellationToken.None))
        {
            all = [.. all, session.TokenOf("other", "v0")];
        }

        Assert.Equal(4001, all.Distinct().Count());
        Assert.Null(two.Reveal(all[0]));
        byte[] bits = new byte[16];
        foreach (string token in all)
        {
            byte[] bytes = System.Buffers.Text.Base64Url.DecodeFromChars(token);
            Assert.Equal(16, bytes.Length);
            for (int i = 0; i < 16; i++)
            {
                bits[i] |= bytes[i];
            }
        }

        Assert.All(bits, b => Assert.Equal(0xff, b));
    }

    [Fact]
    public async Task File_TellsNoValue_AndNoKey()
    {
        await using (TokenVault vault = await TokenVault.OpenAsync(File(), Keys))
        {
            await AddAsync(vault, "a secret value that would be seen");
        }

        string bytes = Encoding.Latin1.GetString(await System.IO.File.ReadAllBytesAsync(File()));
        Assert.DoesNotContain("secret", bytes, StringComparison.Ordinal);
        Assert.StartsWith("LCVAULT1", bytes, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File()));
        }
    }

    [Fact]
    public async Task AnyFlippedBit_IsFound()
    {
        await using (TokenVault vault = await TokenVault.OpenAsync(File(), Keys))
        {
            await AddAsync(vault, "one", "two");
        }

        byte[] whole = await System.IO.File.ReadAllBytesAsync(File());
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] bad = [.. whole];
            bad[i] ^= (byte)(1 << (i % 8));
            await System.IO.File.WriteAllBytesAsync(File("bad"), bad);
            await Assert.ThrowsAnyAsync<LifecycleException>(async () => await TokenVault.OpenAsync(File("bad"), Keys));
            Assert.Equal(bad, await System.IO.File.ReadAllBytesAsync(File("bad")));
        }

        for (int length = 0; length < whole.Length; length++)
        {
            await System.IO.File.WriteAllBytesAsync(File("bad"), whole[..length]);
            await Assert.ThrowsAnyAsync<LifecycleException>(async () => await TokenVault.OpenAsync(File("bad"), Keys));
        }
    }

    [Fact]
    public async Task AFolderThatIsMissing_AndAFileThatMayNotBeWritten_AreNoOtherProcess()
    {
        LifecycleStorageException missing = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await TokenVault.OpenAsync(File("no/vault"), Keys));
        Assert.Contains("is not there. Make it first.", missing.Message, StringComparison.Ordinal);
        Directory.CreateDirectory(File("vault.lock"));
        LifecycleStorageException denied = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await TokenVault.OpenAsync(File(), Keys));
        Assert.Contains("needs the right to write", denied.Message, StringComparison.Ordinal);
        foreach (LifecycleStorageException e in new[] { missing, denied })
        {
            Assert.False(e.IsTransient);
            Assert.DoesNotContain("Another process", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AnotherKey_IsTold()
    {
        await using (await TokenVault.OpenAsync(File(), Keys))
        {
        }

        PseudonymKeys same = PseudonymKeys.Of(new PseudonymKey("v1", RandomNumberGenerator.GetBytes(32)));
        Assert.Contains("another key", (await Assert.ThrowsAsync<PrivacyPlanException>(async () => await TokenVault.OpenAsync(File(), same))).Message, StringComparison.Ordinal);
        PseudonymKeys other = PseudonymKeys.Of(new PseudonymKey("v2", RandomNumberGenerator.GetBytes(32)));
        Assert.Contains("v1", (await Assert.ThrowsAsync<PrivacyPlanException>(async () => await TokenVault.OpenAsync(File(), other))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneAtATime_AndAGivenUpDerivation_LeavesNoToken()
    {
        await using TokenVault vault = await TokenVault.OpenAsync(File(), Keys);
        LifecycleStorageException busy = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await TokenVault.OpenAsync(File(), Keys));
        Assert.True(busy.IsTransient);
        string forgotten;
        using (VaultSession session = await vault.BeginAsync(CancellationToken.None))
        {
            forgotten = session.TokenOf("d", "x");
            Assert.Equal(forgotten, session.TokenOf("d", "x"));
            using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(20));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await vault.BeginAsync(cancel.Token));
        }

        Assert.Equal(0, vault.Count);
        Assert.Null(vault.Reveal(forgotten));
        Assert.NotEqual(forgotten, (await AddAsync(vault, "x"))[0]);
    }

    [Fact]
    public async Task ManyThreads_RevealWhileTokensAreAdded()
    {
        await using TokenVault vault = await TokenVault.OpenAsync(File(), Keys);
        string first = (await AddAsync(vault, "first"))[0];
        Task<bool>[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() => Enumerable.Range(0, 2000).All(_ => vault.Reveal(first) == "first")))];
        for (int i = 0; i < 50; i++)
        {
            await AddAsync(vault, $"v{i}");
        }

        Assert.All(await Task.WhenAll(readers), Assert.True);
        Assert.Equal(51, vault.Count);
    }
}
