namespace Lifecycle.Architecture.Tests;

/// <summary>A package references only what stands below it.</summary>
public sealed class EdgeTests
{
    private const string Prefix = "Lifecycle.";

    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Abstractions"] = [],
        ["Statistics"] = [],
        ["Storage.Local"] = ["Abstractions"],
        ["Data"] = ["Abstractions", "Statistics"],
        ["Data.Parquet"] = ["Data"],
        ["Tracking"] = ["Abstractions"],
        ["Drift"] = ["Abstractions", "Statistics"],
        ["Validation"] = ["Abstractions", "Statistics"],
        ["Serving"] = ["Abstractions", "Tracking"],
        ["MLNet"] = ["Abstractions", "Data", "Tracking", "Serving", "Validation"],
        ["OnnxRuntime"] = ["Abstractions", "Serving"],
        ["Sdk"] = ["Abstractions", "Statistics", "Storage.Local", "Data", "Data.Parquet", "Tracking", "Drift", "Validation", "Serving"],
        ["AspNetCore"] = ["Abstractions", "Data", "Tracking", "Drift", "Validation", "Serving"],
    };

    private static readonly Dictionary<string, string> Boundary = new(StringComparer.Ordinal)
    {
        ["Microsoft.ML"] = "Lifecycle.MLNet",
        ["Microsoft.ML.OnnxRuntime"] = "Lifecycle.OnnxRuntime",
        ["Microsoft.Data.Sqlite"] = "Lifecycle.Storage.Local",
        ["Parquet.Net"] = "Lifecycle.Data.Parquet",
    };

    [Fact]
    public void Every_package_of_the_plan_is_there_and_no_other() =>
        Assert.Equal(Allowed.Keys.Select(k => Prefix + k).Order(StringComparer.Ordinal), Repository.Packages);

    [Fact]
    public void Packages_reference_only_what_stands_below_them()
    {
        List<string> forbidden = [];
        foreach (string package in Repository.Packages)
        {
            string[] allowed = Allowed[package[Prefix.Length..]];
            forbidden.AddRange(Repository.ProjectReferences(package)
                .Where(r => !allowed.Contains(r[Prefix.Length..]))
                .Select(r => $"{package} -> {r}"));
        }

        Assert.Empty(forbidden);
    }

    [Fact]
    public void A_foreign_runtime_appears_in_one_package_only()
    {
        foreach ((string foreign, string owner) in Boundary)
        {
            string[] users = [.. Repository.Packages.Where(p => Repository.PackageReferences(p).Contains(foreign))];
            Assert.Equal([owner], users);
        }
    }

    [Fact]
    public void Only_the_boundary_packages_are_not_AOT_clean()
    {
        string[] unclean = [.. Repository.Packages.Where(p => Repository.Project(p).Descendants("IsAotCompatible").Any(e => e.Value == "false"))];
        Assert.Equal(["Lifecycle.Data.Parquet", "Lifecycle.MLNet"], unclean);
    }

    [Fact]
    public void The_object_store_knows_no_feature()
    {
        string[] words = ["dataset", "model", "artifact"];
        List<string> found = [];
        foreach (string file in Repository.SourceFiles("src/Lifecycle.Abstractions/Blobs", "src/Lifecycle.Storage.Local/Objects"))
        {
            string code = CodeText.WithoutComments(Repository.Read(file));
            found.AddRange(words.Where(w => code.Contains(w, StringComparison.OrdinalIgnoreCase)).Select(w => $"{file}: {w}"));
        }

        Assert.Empty(found);
    }
}
