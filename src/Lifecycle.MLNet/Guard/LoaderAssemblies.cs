using System.Reflection;
using System.Text;
using Lifecycle.Serving;

namespace Lifecycle.MLNet;

/// <summary>Which assemblies a model may name as the loaders of its parts. For one archive.</summary>
internal sealed class LoaderAssemblies(ModelZipGuardOptions options)
{
    private const string Token = "cc7b13ffcd2ddd51";
    private const string Stateful = "Microsoft.ML.TimeSeries";

    private static readonly HashSet<string> Trusted = new(StringComparer.OrdinalIgnoreCase)
    {
        "Microsoft.ML.Core", "Microsoft.ML.Data", "Microsoft.ML.DataView", "Microsoft.ML.Transforms", "Microsoft.ML.StandardTrainers",
        "Microsoft.ML.KMeansClustering", "Microsoft.ML.PCA", "Microsoft.ML.FastTree", "Microsoft.ML.LightGbm", "Microsoft.ML.Mkl.Components",
        "Microsoft.ML.Recommender", "Microsoft.ML.CpuMath",
    };

    // Models of many parts name the same few assemblies again and again.
    private byte[] _before = [];

    /// <exception cref="ModelRejectedException">The name is not allowed.</exception>
    public void Require(byte[] utf16, string entry)
    {
        if (utf16.AsSpan().SequenceEqual(_before))
        {
            return;
        }

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

        _before = utf16;
    }

    /// <summary>Custom mappings keep the name of one more assembly to load inside of their own bytes.</summary>
    /// <exception cref="ModelRejectedException">The loader is one of them and is not allowed.</exception>
    public void RequireLoader(ReadOnlySpan<byte> signature, string entry)
    {
        int end = signature.IndexOf((byte)0);
        ReadOnlySpan<byte> name = end < 0 ? signature : signature[..end];
        if (Ascii.EqualsIgnoreCase(name, "CustomTransformer"u8) || Ascii.EqualsIgnoreCase(name, "CustomFilter"u8)
            || (name.Length >= 14 && Ascii.EqualsIgnoreCase(name[..14], "StatefulCustom"u8)))
        {
            string loader = Encoding.ASCII.GetString(name);
            if (!options.Loaders.Contains(loader))
            {
                throw new ModelRejectedException(
                    $"guard: '{entry}' is a custom mapping ({loader}), which makes ML.NET load an assembly that the file names; if you trust the file, allow it: UseMLNet(o => o.Guard.AllowLoader(\"{loader}\"))");
            }
        }
    }

    private static ModelRejectedException Refused(string name, string entry)
    {
        string shown = ZipDirectory.Show(name);
        string simple = shown.Split(',')[0];
        string why = simple == Stateful ? " (it keeps state between rows, which callers at the same time would mix)" : string.Empty;
        return new ModelRejectedException(
            $"guard: '{entry}' wants the assembly '{shown}' to be loaded{why}; if you ship and trust it, allow it: UseMLNet(o => o.Guard.AllowLoader(\"{simple}\"))");
    }
}
