using System.Security.Cryptography;

namespace Lifecycle.Tests;

public sealed class PseudonymKeysTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lifecycle-keys-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File(string name = "keys") => Path.Combine(_folder, name);

    private static string Line(string id, int bytes = 32) => $"{id} {Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes))}";

    [Fact]
    public async Task CreatedFile_IsForItsOwner_AndReadAgain()
    {
        PseudonymKey made = await PseudonymKeys.CreateFile(File(), "k7").GetAsync();
        PseudonymKey read = await PseudonymKeys.FromFile(File()).GetAsync("k7");
        Assert.Equal("k7", made.ToString());
        Assert.Equal(new Pseudonyms(made, "d").Of("v"), new Pseudonyms(read, "d").Of("v"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File()));
        }

        PseudonymKeyException again = Assert.Throws<PseudonymKeyException>(() => PseudonymKeys.CreateFile(File()));
        Assert.Contains("never overwritten", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LastKey_IsTheCurrentOne_AndAnAppendedOneIsFound()
    {
        PseudonymKeys keys = PseudonymKeys.CreateFile(File());
        Assert.Equal("k1", (await keys.GetAsync()).Id);
        await System.IO.File.AppendAllTextAsync(File(), "# the second year\n" + Line("k2") + "\n");
        Assert.Equal("k2", (await keys.GetAsync("k2")).Id);
        Assert.Equal("k2", (await keys.GetAsync()).Id);
        Assert.Equal("k1", (await keys.GetAsync("k1")).Id);
        PseudonymKeyException none = await Assert.ThrowsAsync<PseudonymKeyException>(async () => await keys.GetAsync("k9"));
        Assert.Contains("k1, k2", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_HoldsKeys()
    {
        const string Variable = "LIFECYCLE_TEST_KEYS";
        Environment.SetEnvironmentVariable(Variable, Line("a").Replace(' ', ':') + ", " + Line("b").Replace(' ', ':'));
        Assert.Equal("b", (await PseudonymKeys.FromEnvironment(Variable).GetAsync()).Id);
        Environment.SetEnvironmentVariable(Variable, "geheim");
        PseudonymKeyException error = await Assert.ThrowsAsync<PseudonymKeyException>(async () => await PseudonymKeys.FromEnvironment(Variable).GetAsync());
        Assert.DoesNotContain("geheim", error.Message, StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(Variable, null);
        await Assert.ThrowsAsync<PseudonymKeyException>(async () => await PseudonymKeys.FromEnvironment(Variable).GetAsync());
    }

    [Fact]
    public async Task BadFiles_AreRefused_WithoutTellingTheKey()
    {
        string secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(31));
        string[] contents =
        [
            "", "k1 " + secret, "lifecycle.keys/1\n", $"lifecycle.keys/1\nk1 {secret}\n", $"lifecycle.keys/1\nk1{secret}\n", $"lifecycle.keys/1\nk1 {secret}!\n",
            $"lifecycle.keys/1\n.. {secret}\n", "lifecycle.keys/1\nk1 " + Convert.ToBase64String(new byte[32]) + "\n", $"lifecycle.keys/2\n{Line("k1")}\n",
            $"lifecycle.keys/1\n{Line("k1")}\n{Line("k1")}\n",
        ];
        foreach (string content in contents)
        {
            await System.IO.File.WriteAllTextAsync(File("bad"), content);
            PseudonymKeyException error = await Assert.ThrowsAsync<PseudonymKeyException>(async () => await PseudonymKeys.FromFile(File("bad")).GetAsync());
            Assert.DoesNotContain(secret, error.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<PseudonymKeyException>(async () => await PseudonymKeys.FromFile(File("missing")).GetAsync());
        await Assert.ThrowsAsync<PseudonymKeyException>(async () => await PseudonymKeys.Of().GetAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(31)]
    public void Key_ThatIsTooShort_IsRefused(int bytes) =>
        Assert.Throws<PseudonymKeyException>(() => new PseudonymKey("k", RandomNumberGenerator.GetBytes(bytes)));

    [Fact]
    public void Key_WithoutRandomness_OrGoodName_IsRefused()
    {
        Assert.Throws<PseudonymKeyException>(() => new PseudonymKey("k", new byte[64]));
        Assert.Throws<InvalidNameException>(() => new PseudonymKey("a:b", RandomNumberGenerator.GetBytes(32)));
    }

    [Fact]
    public void DerivedKeys_DifferByPurposeAndSalt()
    {
        PseudonymKey key = new("k", RandomNumberGenerator.GetBytes(32));
        byte[][] derived = [key.Derive("a"), key.Derive("b"), key.Derive("a", [1]), key.Derive("a", [2])];
        Assert.Equal(4, derived.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(derived[0], key.Derive("a"));
        Assert.All(derived, d => Assert.Equal(32, d.Length));
    }
}
