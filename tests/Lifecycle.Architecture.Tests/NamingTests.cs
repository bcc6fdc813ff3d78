using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Lifecycle.Architecture.Tests;

/// <summary>Names say the thing or the act.</summary>
public sealed class NamingTests
{
    private static readonly string[] WeakSuffixes = ["Manager", "Helper", "Helpers", "Service", "Util", "Utils", "Utility", "Info", "Data", "Impl", "Base"];
    private static readonly string[] WeakFolders = ["Core", "Common", "Shared", "Utils", "Helpers", "Models", "Interfaces", "Services", "Misc"];

    [Fact]
    public void No_type_has_a_weak_name()
    {
        List<string> weak = [];
        foreach (string file in Repository.SourceFiles())
        {
            foreach (BaseTypeDeclarationSyntax type in CSharpSyntaxTree.ParseText(Repository.Read(file)).GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>())
            {
                string name = type.Identifier.Text;
                weak.AddRange(WeakSuffixes.Where(s => name.EndsWith(s, StringComparison.Ordinal)).Select(_ => $"{file}: {name}"));
            }
        }

        Assert.Empty(weak);
    }

    [Fact]
    public void No_folder_has_a_weak_name()
    {
        string[] weak = [.. Repository.SourceFiles()
            .SelectMany(f => f.Split(Path.DirectorySeparatorChar)[..^1].Where(s => WeakFolders.Contains(s, StringComparer.OrdinalIgnoreCase)).Select(_ => f)).Distinct()];
        Assert.Empty(weak);
    }

    [Fact]
    public void No_file_is_longer_than_500_lines()
    {
        string[] tooLong = [.. Repository.SourceFiles().Select(f => (File: f, Lines: Repository.Read(f).Count(c => c == '\n'))).Where(f => f.Lines > 500).Select(f => $"{f.File}: {f.Lines}")];
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Public_types_are_sealed_static_abstract_or_values()
    {
        List<string> open = [];
        foreach (Type type in Packages.PublicTypes)
        {
            if (type.IsClass && !type.IsSealed && !type.IsAbstract && !typeof(Exception).IsAssignableFrom(type) && !Packages.MayBeDerived.Contains(type.Name))
            {
                open.Add(type.FullName!);
            }
        }

        Assert.Empty(open);
    }
}
