namespace Lifecycle.Serving;

/// <summary>Paths of this machine as users and environments write them.</summary>
internal static class LocalPath
{
    /// <summary>The full path; <c>file://</c> is taken.</summary>
    /// <exception cref="ArgumentException">It is empty or the address of something elsewhere.</exception>
    public static string Of(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        int scheme = path.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return Path.GetFullPath(path);
        }

        return Uri.TryCreate(path, UriKind.Absolute, out Uri? uri) && uri is { IsFile: true, Host: "" }
            ? uri.LocalPath
            : throw new ArgumentException(
                $"'{path}' does not lie on this machine; register the model and serve it from the registry, or mount the place and name its path.",
                nameof(path));
    }
}
