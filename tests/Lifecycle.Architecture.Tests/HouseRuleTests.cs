namespace Lifecycle.Architecture.Tests;

/// <summary>Rules of the house that a compiler does not know.</summary>
public sealed class HouseRuleTests
{
    [Fact]
    public void Every_package_has_a_readme_a_description_and_a_test_project()
    {
        foreach (string package in Repository.Packages)
        {
            Assert.True(File.Exists(Path.Combine(Repository.Source, package, "README.md")), package);
            Assert.NotEmpty(Repository.Project(package).Descendants("Description").Single().Value);
            Assert.True(Directory.Exists(Path.Combine(Repository.Root, "tests", package + ".Tests")), package + ".Tests");
        }
    }

    [Fact]
    public void The_clock_is_a_banned_symbol()
    {
        string banned = Repository.Read("eng/BannedSymbols.txt");
        foreach (string symbol in new[] { "System.DateTime.Now", "System.DateTime.UtcNow", "System.DateTimeOffset.UtcNow", "System.Guid.NewGuid" })
        {
            Assert.Contains(symbol + ";", banned, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_member_of_a_port_takes_a_token()
    {
        List<string> without = [];
        foreach (Type port in new[] { typeof(IBlobStore), typeof(BlobBatch), typeof(BlobUpkeep), typeof(IBlobReferenceSource), typeof(IAuditLog), typeof(ILifecycleEvents), typeof(LifecycleDatabase) })
        {
            without.AddRange(port.GetMethods()
                .Where(m => m.Name.EndsWith("Async", StringComparison.Ordinal) && m.Name != "DisposeAsync" && m.GetParameters().All(p => p.ParameterType != typeof(CancellationToken)))
                .Select(m => $"{port.Name}.{m.Name}"));
        }

        Assert.Empty(without);
    }

    [Fact]
    public void Nothing_unfinished_is_committed()
    {
        string[] marks = ["NotImplemented" + "Exception", "TO" + "DO", "FIX" + "ME", "HA" + "CK"];
        string[] found = [.. Repository.SourceFiles().Where(f => marks.Any(m => Repository.Read(f).Contains(m, StringComparison.Ordinal)))];
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("src/Lifecycle.Abstractions/Blobs")]
    [InlineData("src/Lifecycle.Storage.Local/Objects")]
    public void The_object_store_does_not_know_what_it_stores(string room)
    {
        string[] words = ["data" + "set", "mod" + "el", "arti" + "fact"];
        string[] files = [.. Repository.SourceFiles().Where(f => f.Contains("/" + room + "/", StringComparison.Ordinal) || f.StartsWith(room + "/", StringComparison.Ordinal))];
        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(f => Repository.Read(f).Split('\n').Where(l => words.Any(w => l.Contains(w, StringComparison.OrdinalIgnoreCase))).Select(l => f + ": " + l.Trim())));
    }
}
