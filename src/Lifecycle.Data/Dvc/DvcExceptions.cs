namespace Lifecycle.Data;

/// <summary>Somebody else is changing the DVC repository, or a part of it that was asked for. Nothing was changed.</summary>
public sealed class DvcRepositoryBusyException : DatasetException
{
    /// <summary>Makes the error.</summary>
    /// <param name="repository">The folder of the repository.</param>
    /// <param name="holder">Who is busy there.</param>
    /// <param name="advice">What to do.</param>
    public DvcRepositoryBusyException(string repository, string holder, string advice)
        : base($"The DVC repository '{repository}' is busy: {holder}. Nothing was changed. {advice}") => Holder = holder;

    /// <summary>Who is busy there: a command and its process, where they are known.</summary>
    public string Holder { get; }
}

/// <summary>Objects of a DVC repository are not there.</summary>
public sealed class DvcObjectMissingException : DatasetException
{
    private const int Shown = 20;

    /// <summary>Makes the error.</summary>
    /// <param name="objects">What is missing: the name of the object and the file that needs it.</param>
    /// <param name="advice">What to do.</param>
    public DvcObjectMissingException(IReadOnlyList<string> objects, string advice)
        : base($"{(objects ?? throw new ArgumentNullException(nameof(objects))).Count} object(s) are missing: {string.Join("; ", objects.Take(Shown))}{(objects.Count > Shown ? "; ..." : "")}. {advice}") =>
        Objects = objects;

    /// <summary>What is missing.</summary>
    public IReadOnlyList<string> Objects { get; }
}

/// <summary>Objects of a DVC repository do not hold what their names say. Their bytes were given to nobody.</summary>
public sealed class DvcObjectCorruptedException : DatasetException
{
    private const int Shown = 20;

    /// <summary>Makes the error.</summary>
    /// <param name="objects">The files of the objects, with the hash that their bytes have.</param>
    public DvcObjectCorruptedException(IReadOnlyList<string> objects)
        : base($"{(objects ?? throw new ArgumentNullException(nameof(objects))).Count} object(s) are damaged: {string.Join("; ", objects.Take(Shown))}{(objects.Count > Shown ? "; ..." : "")}. "
            + "Nothing was made of them. Delete these files and pull again, or add the data again from a good copy.") => Objects = objects;

    /// <summary>The files of the objects.</summary>
    public IReadOnlyList<string> Objects { get; }
}
