namespace Lifecycle.Storage.Local;

/// <summary>A keep or dead list on the disk.</summary>
/// <param name="Path">The file.</param>
/// <param name="NamedAt">The moment in its name: names are version-7 Guids. Null when it is none.</param>
/// <param name="List">What it says; null when it is damaged.</param>
internal sealed record ListFile<T>(string Path, DateTimeOffset? NamedAt, T? List)
    where T : class;

/// <summary>Reads the folders <c>keep</c> and <c>dead</c>.</summary>
internal static class ListFolder
{
    public static IEnumerable<ListFile<KeepList>> Keeps(ObjectFolder folder, Predicate<string>? wanted = null) =>
        Read(Path.Combine(folder.Path, KeepList.Folder), KeepList.Extension, wanted, bytes => KeepList.Parse(bytes));

    /// <summary>The dead lists, the newest first.</summary>
    public static IEnumerable<ListFile<DeadList>> Deads(ObjectFolder folder) =>
        Read(Path.Combine(folder.Path, DeadList.Folder), DeadList.Extension, null, bytes => DeadList.Parse(bytes))
            .OrderByDescending(f => f.List?.At ?? f.NamedAt).ThenByDescending(f => f.Path, StringComparer.Ordinal);

    /// <summary>Whether a name is that of a list.</summary>
    public static bool IsName(ReadOnlySpan<char> name, string extension) => PackFormat.IsName(name, extension);

    private static IEnumerable<ListFile<T>> Read<T>(string path, string extension, Predicate<string>? wanted, Func<byte[], T?> parse)
        where T : class
    {
        if (!Directory.Exists(path))
        {
            yield break;
        }

        foreach (string file in Directory.GetFiles(path, "*" + extension).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(file);
            if (IsName(name, extension) && (wanted is null || wanted(name)) && ReadFile(file) is { } bytes)
            {
                yield return new ListFile<T>(file, MomentOf(name), parse(bytes));
            }
        }
    }

    private static byte[]? ReadFile(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (FileNotFoundException)
        {
            return null; // an expired one, removed since it was listed
        }
    }

    /// <summary>The moment in the first twelve hex digits of a version-7 Guid.</summary>
    internal static DateTimeOffset? MomentOf(ReadOnlySpan<char> name) =>
        name.Length >= 12 && long.TryParse(name[..12], System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out long moment)
        && UnixMoment.TryMake(moment, out DateTimeOffset at)
            ? at
            : null;
}
