using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Lifecycle.Architecture.Tests;

/// <summary>What the READMEs and the guides show compiles.</summary>
public sealed partial class ReadmeTests
{
    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Threading; global using System.Threading.Tasks; global using System.Net.Http;
        """;

    public static TheoryData<string, int, string> Programs()
    {
        TheoryData<string, int, string> programs = [];
        IEnumerable<string> files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md")
            .Concat(Repository.Packages.Select(p => Path.Combine(Repository.Source, p, "README.md")))
            .Append(Path.Combine(Repository.Root, "README.md"));
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            foreach (Match match in Snippet().Matches(File.ReadAllText(file)))
            {
                programs.Add(Path.GetRelativePath(Repository.Root, file), match.Index, match.Groups["code"].Value);
            }
        }

        return programs;
    }

    /// <summary>Fences marked <c>csharp</c> are whole programs with top-level statements; a fragment is marked <c>cs</c> and says what it stands in.</summary>
    [Theory]
    [MemberData(nameof(Programs))]
    public void Programs_of_the_guides_compile(string file, int offset, string code)
    {
        string web = code.Contains("WebApplication", StringComparison.Ordinal)
            ? "global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Http; global using Microsoft.Extensions.DependencyInjection; global using Microsoft.Extensions.Hosting;"
            : "";
        CSharpCompilation compilation = CSharpCompilation.Create(
            "snippet",
            [CSharpSyntaxTree.ParseText(ImplicitUsings + web), CSharpSyntaxTree.ParseText(code, path: $"{file}@{offset}")],
            References(),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        string[] errors = [.. compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString())];
        Assert.Empty(errors);
    }

    [Fact]
    public void The_readme_shows_at_least_the_console_and_the_web_program() =>
        Assert.True(Programs().Count(p => p.Data.Item1 == "README.md") >= 2);

    [Theory]
    [InlineData("src/Lifecycle.Data/README.md")]
    [InlineData("src/Lifecycle.Data.Parquet/README.md")]
    public void The_readme_of_a_package_of_data_shows_a_whole_program(string file) =>
        Assert.Contains(Programs(), p => p.Data.Item1.Replace('\\', '/') == file);

    private static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(p => MetadataReference.CreateFromFile(p));

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
