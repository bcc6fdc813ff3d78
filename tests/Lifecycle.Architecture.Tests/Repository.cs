using System.Xml.Linq;

namespace Lifecycle.Architecture.Tests;

/// <summary>The tree on disk that these tests read.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Source => Path.Combine(Root, "src");

    public static IReadOnlyList<string> Packages { get; } = [.. Directory.GetDirectories(Path.Combine(Root, "src")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    public static XDocument Project(string package) => XDocument.Load(Path.Combine(Source, package, package + ".csproj"));

    public static IReadOnlyList<string> ProjectReferences(string package) =>
        [.. Project(package).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value))];

    public static IReadOnlyList<string> PackageReferences(string package) =>
        [.. Project(package).Descendants("PackageReference").Select(r => r.Attribute("Include")!.Value)];

    public static IEnumerable<string> SourceFiles(params string[] folders)
    {
        foreach (string folder in folders.Length == 0 ? ["src", "tests", "samples", "benchmarks"] : folders)
        {
            string path = Path.Combine(Root, folder);
            if (!Directory.Exists(path))
            {
                continue;
            }

            foreach (string file in Directory.EnumerateFiles(path, "*.cs", SearchOption.AllDirectories))
            {
                string relative = Path.GetRelativePath(Root, file);
                if (!relative.Split(Path.DirectorySeparatorChar).Any(s => s is "bin" or "obj"))
                {
                    yield return relative;
                }
            }
        }
    }

    public static string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative));

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "Lifecycle.Sdk.sln"))
        ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("These tests read the tree they were built in; there is no Lifecycle.Sdk.sln above them."));
}
