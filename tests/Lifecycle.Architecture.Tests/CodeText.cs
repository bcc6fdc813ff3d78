using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Lifecycle.Architecture.Tests;

/// <summary>Source text without what is written for people.</summary>
internal static class CodeText
{
    public static string WithoutComments(string source)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(source).GetRoot();
        return root.ReplaceTrivia(root.DescendantTrivia(), (_, trivia) => trivia.IsKind(SyntaxKind.EndOfLineTrivia) ? trivia : SyntaxFactory.Space).ToFullString();
    }
}
