using System.Collections;
using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;

namespace Lifecycle.Tracking;

/// <summary>The machine, the runtime and the environment of this process.</summary>
internal static class HostFacts
{
    private static readonly string[] Allowed =
        ["DOTNET_*", "ASPNETCORE_ENVIRONMENT", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "LANG", "TZ"];

    private static readonly Lazy<string?> Processor = new(ReadProcessor);

    public static SortedDictionary<string, string> Read()
    {
        SortedDictionary<string, string> facts = new(StringComparer.Ordinal)
        {
            ["cores"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
            ["culture"] = CultureInfo.CurrentCulture.Name,
            ["framework"] = RuntimeInformation.FrameworkDescription,
            ["gc"] = $"{(GCSettings.IsServerGC ? "server" : "workstation")} {GCSettings.LatencyMode.ToString()}",
            ["memory_limit"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes.ToString(CultureInfo.InvariantCulture),
            ["os"] = RuntimeInformation.OSDescription,
            ["rid"] = RuntimeInformation.RuntimeIdentifier,
            ["time_zone"] = TimeZoneInfo.Local.Id,
        };
        if (Processor.Value is { } processor)
        {
            facts["cpu"] = processor;
        }

        return facts;
    }

    /// <summary>Allowed variables, without secrets.</summary>
    public static SortedDictionary<string, string> Variables(IEnumerable<string> more)
    {
        string[] names = [.. Allowed, .. more];
        StringComparison comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        SortedDictionary<string, string> variables = new(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable is { Key: string name, Value: string value } && Array.Exists(names, n => IsNamed(n, name, comparison)))
            {
                variables[name] = SecretRedactor.Redact(name, value);
            }
        }

        return variables;
    }

    /// <summary>The arguments of the program, without secrets.</summary>
    public static IReadOnlyList<string> Arguments() => SecretRedactor.RedactArguments(Environment.GetCommandLineArgs()[1..]);

    private static bool IsNamed(string pattern, string name, StringComparison comparison) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern.AsSpan().TrimEnd('*'), comparison) : string.Equals(pattern, name, comparison);

    private static string? ReadProcessor()
    {
        const string file = "/proc/cpuinfo";
        try
        {
            return !File.Exists(file) ? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
                : File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
