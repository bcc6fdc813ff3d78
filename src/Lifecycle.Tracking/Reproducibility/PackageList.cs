using System.Reflection;
using System.Text.Json;

namespace Lifecycle.Tracking;

/// <summary>A package the program was built with.</summary>
/// <param name="Name">Its id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sha512">Hash of the package file, <c>sha512-...</c>; null for projects of the same build.</param>
public sealed record PackageVersion(string Name, string Version, string? Sha512);

/// <summary>What the program was built with, from <c>&lt;app&gt;.deps.json</c>, and what it has loaded.</summary>
internal static class PackageList
{
    /// <summary>The list of the running program; null when it has none, as when compiled ahead of time.</summary>
    public static string? File()
    {
        string? own = (AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string)?.Split(';', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        if (own is not null && System.IO.File.Exists(own))
        {
            return own;
        }

        string beside = Path.Combine(AppContext.BaseDirectory, AppDomain.CurrentDomain.FriendlyName + ".deps.json");
        return System.IO.File.Exists(beside) ? beside : null;
    }

    /// <summary>The packages in ordinal order of their names.</summary>
    /// <exception cref="JsonException">The file is no JSON.</exception>
    public static IReadOnlyList<PackageVersion> Read(string file)
    {
        using JsonDocument json = JsonDocument.Parse(System.IO.File.ReadAllBytes(file));
        List<PackageVersion> packages = [];
        if (json.RootElement.TryGetProperty("libraries", out JsonElement libraries))
        {
            foreach (JsonProperty library in libraries.EnumerateObject())
            {
                int slash = library.Name.LastIndexOf('/');
                if (slash > 0)
                {
                    string? hash = library.Value.TryGetProperty("sha512", out JsonElement sha) ? sha.GetString() : null;
                    packages.Add(new PackageVersion(library.Name[..slash], library.Name[(slash + 1)..], string.IsNullOrEmpty(hash) ? null : hash));
                }
            }
        }

        return [.. packages.OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Version, StringComparer.Ordinal)];
    }

    /// <summary>Loaded assemblies with the version their builder wrote into them.</summary>
    public static SortedDictionary<string, string> Loaded()
    {
        SortedDictionary<string, string> loaded = new(StringComparer.Ordinal);
        foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            AssemblyName name = assembly.GetName();
            if (!assembly.IsDynamic && name.Name is not null)
            {
                loaded[name.Name] = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? name.Version?.ToString() ?? "";
            }
        }

        return loaded;
    }
}
