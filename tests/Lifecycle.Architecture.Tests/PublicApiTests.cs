using PublicApiGenerator;

namespace Lifecycle.Architecture.Tests;

/// <summary>What users can call, one listing a package. Set LIFECYCLE_APPROVE=1 to write the listings anew; the review is the diff.</summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Packages => [.. Repository.Packages];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Public_api_is_the_approved_one(string package)
    {
        string actual = System.Reflection.Assembly.Load(package).GeneratePublicApi(new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            ExcludeAttributes = ["System.Runtime.CompilerServices.InternalsVisibleToAttribute"],
        }).ReplaceLineEndings("\n");
        string path = Path.Combine(Repository.Root, "tests", "Lifecycle.Architecture.Tests", "approved", package + ".txt");
        if (Environment.GetEnvironmentVariable("LIFECYCLE_APPROVE") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"There is no listing of {package}: run the tests once with LIFECYCLE_APPROVE=1 and review it.");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
