namespace Lifecycle.Tracking;

/// <summary>What is written down about where a run comes from: commit, changed files, packages, machine, environment variables, arguments.</summary>
/// <remarks>It is read in the background after a run has started and stored as the artifact <c>lifecycle/environment.json</c>; secrets are taken out before.</remarks>
public sealed class CaptureOptions
{
    /// <summary>Whether it is written down at all. True.</summary>
    public bool IsEnabled { get; set; } = true;

    /// <summary>
    /// Whether tracked files that differ from the commit are stored under <c>lifecycle/changed/</c>, at most 1 MiB each and 10 MiB together. True. Files that hold secrets
    /// by name or by content never are.
    /// </summary>
    public bool KeepChangedFiles { get; set; } = true;

    /// <summary>
    /// Where the search for the work tree begins; folders above are looked at too. Null means the folder of the program, then the current folder.
    /// </summary>
    public string? WorkTree { get; set; }

    /// <summary>
    /// Names of environment variables that are kept besides <c>DOTNET_* ASPNETCORE_ENVIRONMENT OMP_NUM_THREADS MKL_NUM_THREADS CUDA_VISIBLE_DEVICES LANG TZ</c>.
    /// A <c>*</c> at the end stands for any rest. Values of names such as <c>API_KEY</c> become <c>***</c>.
    /// </summary>
    public IList<string> EnvironmentNames { get; } = [];

    /// <summary>The list of packages instead of the program's own.</summary>
    internal string? PackageFile { get; set; }

    internal string? Broken() =>
        EnvironmentNames.FirstOrDefault(n => string.IsNullOrWhiteSpace(n) || n.TrimEnd('*').Length == 0) is { } name
            ? $"Capture.EnvironmentNames holds '{name}'; name a variable, for example 'MODEL_*': the whole environment is never written down."
            : null;
}
