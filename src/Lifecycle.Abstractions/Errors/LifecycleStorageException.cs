namespace Lifecycle;

/// <summary>A store could not do what was asked of it.</summary>
public class LifecycleStorageException : LifecycleException
{
    /// <summary>Makes an error of a store.</summary>
    /// <param name="store">Which store, for example <c>objects</c> or <c>database</c>.</param>
    /// <param name="operation">What was asked, for example <c>put</c>.</param>
    /// <param name="key">What it was asked for: a digest, a path, a table.</param>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="isTransient">Whether the same call may succeed later.</param>
    /// <param name="innerException">The cause.</param>
    public LifecycleStorageException(
        string store, string operation, string key, string message, bool isTransient = false, Exception? innerException = null)
        : base(message, innerException)
    {
        Store = store;
        Operation = operation;
        Key = key;
        IsTransient = isTransient;
    }

    /// <summary>Which store.</summary>
    public string Store { get; }

    /// <summary>What was asked.</summary>
    public string Operation { get; }

    /// <summary>What it was asked for.</summary>
    public string Key { get; }

    /// <summary>Whether the same call may succeed later without anybody mending anything.</summary>
    public bool IsTransient { get; }
}

/// <summary>Somebody else changed the same thing first. Read it again and decide again.</summary>
public sealed class ConcurrencyConflictException : LifecycleStorageException
{
    /// <summary>Makes the error.</summary>
    /// <param name="store">Which store.</param>
    /// <param name="operation">What was asked.</param>
    /// <param name="key">What was changed meanwhile.</param>
    /// <param name="message">What was expected and what is there.</param>
    public ConcurrencyConflictException(string store, string operation, string key, string message)
        : base(store, operation, key, message, isTransient: true)
    {
    }
}

/// <summary>The store holds no blob of this digest.</summary>
public sealed class BlobNotFoundException : LifecycleStorageException
{
    /// <summary>Makes the error.</summary>
    public BlobNotFoundException(Digest digest, string operation = "open")
        : base("objects", operation, digest.ToString(), $"The object store holds no blob {digest}. Was it removed by hand, or does it belong to another workspace?") =>
        Digest = digest;

    /// <summary>What was looked for.</summary>
    public Digest Digest { get; }
}

/// <summary>The bytes of a blob do not fit its digest.</summary>
public sealed class BlobCorruptedException : LifecycleStorageException
{
    /// <summary>Makes the error.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="file">The file that holds it, relative to the store.</param>
    /// <param name="offset">First byte of the block that failed.</param>
    /// <param name="actual">The digest of what is there, when it is known.</param>
    /// <param name="message">What is wrong and what to do; null: the bytes do not fit their checksum.</param>
    public BlobCorruptedException(Digest digest, string file, long offset, Digest? actual, string? message = null)
        : base("objects", "read", digest.ToString(), message
            ?? $"The blob {digest} is damaged: the bytes of '{file}' from offset {offset} on "
            + (actual is { } found ? $"have the digest {found}" : "do not fit their checksum")
            + ". Restore it from a copy with RepairAsync; no byte of it was handed out as good.")
    {
        Digest = digest;
        File = file;
        Offset = offset;
        Actual = actual;
    }

    /// <summary>The blob.</summary>
    public Digest Digest { get; }

    /// <summary>The damaged file, relative to the store.</summary>
    public string File { get; }

    /// <summary>First byte of the block that failed.</summary>
    public long Offset { get; }

    /// <summary>The digest of what is there, when it is known.</summary>
    public Digest? Actual { get; }
}
