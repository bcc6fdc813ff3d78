namespace Lifecycle.Data;

/// <summary>Base of the errors of datasets.</summary>
public class DatasetException : LifecycleException
{
    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public DatasetException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>There is no such dataset, or no such version of it.</summary>
public sealed class DatasetNotFoundException : DatasetException
{
    /// <summary>Makes the error.</summary>
    /// <param name="name">Name of the dataset.</param>
    /// <param name="number">Number of the version, or null when the dataset is meant.</param>
    /// <param name="newest">Number of the newest version, or null when there is no such dataset.</param>
    public DatasetNotFoundException(string name, long? number, long? newest)
        : base(newest is null
            ? $"There is no dataset '{name}'. Commit it first, or list the names with ListAsync()."
            : $"The dataset '{name}' has no version {number}, or it was removed; its newest is {newest}.")
    {
    }

    private DatasetNotFoundException(string message)
        : base(message)
    {
    }

    internal static DatasetNotFoundException Removed(string name, long number) =>
        new($"The version {name}@{number} was removed; the audit log says why. Choose another one, or commit the data again.");

    internal static DatasetNotFoundException Tag(string name, string tag, IReadOnlyList<string> tags) =>
        new($"The dataset '{name}' has no tag '{tag}'. {(tags.Count == 0 ? "It has none, or there is no such dataset." : $"Its tags are: {string.Join(", ", tags.Take(20))}.")}");
}

/// <summary>A file changed while it was read for a commit, again and again. Nothing was committed.</summary>
public sealed class DatasetChangedDuringCommitException : DatasetException
{
    /// <summary>Makes the error.</summary>
    /// <param name="path">The file.</param>
    public DatasetChangedDuringCommitException(string path)
        : base($"'{path}' changed while it was read, three times in a row. Nothing was committed. Stop what writes it, or commit a copy.") => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }
}

/// <summary>Something in the source cannot be part of a dataset: a link, a device, a pipe, a name that is not text. Nothing was committed.</summary>
public sealed class SourceRefusedException : DatasetException
{
    /// <summary>Makes the error.</summary>
    /// <param name="path">What was met.</param>
    /// <param name="reason">Why it is refused and what to do.</param>
    public SourceRefusedException(string path, string reason)
        : base($"'{path}' cannot be committed: {reason} Nothing was committed.") => Path = path;

    /// <summary>What was met.</summary>
    public string Path { get; }
}

/// <summary>The bytes that list the files of a version are not such a list.</summary>
public sealed class TreeFormatException : DatasetException
{
    /// <summary>Makes the error.</summary>
    /// <param name="line">Line of the tree, counted from 1.</param>
    /// <param name="reason">What is wrong there.</param>
    public TreeFormatException(int line, string reason)
        : base($"The list of files is damaged or was written by a newer version: line {line}: {reason}.") => Line = line;

    /// <summary>Line of the tree, counted from 1.</summary>
    public int Line { get; }
}

/// <summary>Paths of a version that must not be written to a disk. Nothing was written.</summary>
public sealed class UnsafePathException : DatasetException
{
    private const int Shown = 20;

    /// <summary>Makes the error.</summary>
    /// <param name="paths">Every bad path with its reason.</param>
    public UnsafePathException(IReadOnlyList<(string Path, string Reason)> paths)
        : base(Tell(paths)) => Paths = paths;

    /// <summary>Every bad path with its reason.</summary>
    public IReadOnlyList<(string Path, string Reason)> Paths { get; }

    private static string Tell(IReadOnlyList<(string Path, string Reason)> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        string list = string.Join("; ", paths.Take(Shown).Select(p => $"'{Show(p.Path)}' {p.Reason}"));
        return $"{paths.Count} path(s) cannot be written safely, so nothing was written: {list}{(paths.Count > Shown ? "; ..." : "")}.";
    }

    private static string Show(string path) =>
        string.Concat((path.Length > 120 ? path[..120] + "..." : path).Select(c => char.IsControl(c) ? '?' : c));
}

/// <summary>Files in the way hold something else than what would be written. Nothing was written.</summary>
public sealed class WorkspaceModifiedException : DatasetException
{
    private const int Shown = 20;

    /// <summary>Makes the error.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="paths">The files in the way.</param>
    /// <param name="canOverwrite">Whether overwriting them would help.</param>
    /// <param name="isLate">Whether they changed while the checkout ran, so that others may have been written before.</param>
    public WorkspaceModifiedException(string folder, IReadOnlyList<string> paths, bool canOverwrite = true, bool isLate = false)
        : base($"{(paths ?? throw new ArgumentNullException(nameof(paths))).Count} thing(s) in '{folder}' "
            + (isLate ? "changed while the checkout ran and were left as they are; others were written: " : "are in the way, so nothing was written: ")
            + $"{string.Join(", ", paths.Take(Shown))}{(paths.Count > Shown ? ", ..." : "")}. "
            + (isLate ? "Look at them and check out again."
                : canOverwrite ? "Commit them, move them away, choose an empty folder, or say CheckoutOptions.Overwrite." : "Move them away or choose an empty folder."))
        => Paths = paths;

    private WorkspaceModifiedException(IReadOnlyList<string> paths, string message)
        : base(message) => Paths = paths;

    /// <summary>The files in the way.</summary>
    public IReadOnlyList<string> Paths { get; }

    internal static WorkspaceModifiedException InDvc(string root, IReadOnlyList<string> paths) => new(
        paths,
        $"{paths.Count} thing(s) in '{root}' are in the way, so nothing was written: {string.Join(", ", paths.Take(Shown))}{(paths.Count > Shown ? ", ..." : "")}. "
        + "Keep them with AddAsync, move them away, or say DvcCheckoutOptions.Overwrite.");
}
