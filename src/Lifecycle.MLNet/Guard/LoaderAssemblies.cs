using System.Reflection;
using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.MLNet;

/// <summary>Which assemblies a model may name as the loaders of its parts.</summary>
internal static class LoaderAssemblies
{
    private const string Token = "cc7b13ffcd2ddd51";

    private static readonly HashSet<string> Trusted = new(StringComparer.OrdinalIgnoreCase)
    {
        "Microsoft.ML.Core", "Microsoft.ML.Data", "Microsoft.ML.DataView", "Microsoft.ML.Transforms", "Microsoft.ML.StandardTrainers",
        "Microsoft.ML.KMeansClustering", "Microsoft.ML.PCA", "Microsoft.ML.FastTree", "Microsoft.ML.LightGbm", "Microsoft.ML.Mkl.Components",
        "Microsoft.ML.Recommender", "Microsoft.ML.CpuMath",
    };

    /// <exception cref="ModelRejectedException">The name is not allowed.</exception>
    public static void Require(ReadOnlySpan<byte> utf16, string entry, ModelZipGuardOptions options)
    {
        string text = Encoding.Unicode.GetString(utf16);
        AssemblyName name;
        try
        {
            name = new AssemblyName(text);
        }
        catch (Exception error) when (error is IOException or ArgumentException)
        {
            throw Refused(text, entry);
        }

        bool ours = Trusted.Contains(name.Name!) && name.GetPublicKeyToken() is { } token && Convert.ToHexStringLower(token) == Token;
        if (!ours && !options.Loaders.Contains(name.Name!))
        {
            throw Refused(text, entry);
        }
    }

    private static ModelRejectedException Refused(string name, string entry)
    {
        string shown = string.Concat(name.Take(128).Select(c => char.IsControl(c) ? '?' : c));
        return new ModelRejectedException(
            $"guard: '{entry}' wants the assembly '{shown}' to be loaded; if you ship and trust it, allow it: UseMLNet(o => o.Guard.AllowLoader(\"{shown.Split(',')[0]}\"))");
    }
}
