namespace Lifecycle.Data;

/// <summary>Why a version comes into being: by a commit of a path, an import, or a derivation.</summary>
internal sealed record CommitCause(RecordSource Source)
{
    /// <summary>The action of the audit entry.</summary>
    public string Action { get; init; } = "dataset.committed";

    /// <summary>The event that is published.</summary>
    public string Event { get; init; } = "lifecycle.dataset.committed";

    /// <summary>Whether a version is made although the newest one has the same content.</summary>
    public bool AlwaysNew { get; init; }

    /// <summary>What made the content from its source.</summary>
    public RecordTransform? Transform { get; init; }

    /// <summary>Blobs that the version needs beside its files; they are durable before the row is.</summary>
    public IReadOnlyList<CommitAttachment> Attachments { get; init; } = [];

    /// <summary>The one file, when it is made while it is committed; null when the files lie on a disk.</summary>
    public MadeFile? Made { get; init; }

    /// <summary>The state of the audit entry as JSON; null writes what every commit writes.</summary>
    public Func<VersionRow, string>? State { get; init; }
}

/// <summary>A file that is made while it is committed and lies on no disk but the store's.</summary>
/// <param name="Path">What it is called in the dataset.</param>
/// <param name="Open">Begins to make it; called again when blobs vanished meanwhile.</param>
/// <param name="Complete">Called when its end was reached and before the commit goes on.</param>
internal sealed record MadeFile(string Path, Func<CancellationToken, Stream> Open, Func<Stream, CancellationToken, ValueTask> Complete);

/// <summary>A blob beside the files of a version.</summary>
internal sealed record CommitAttachment(string Role, byte[] Content)
{
    /// <summary>The role of a risk report.</summary>
    public const string Risk = "risk";

    /// <summary>The role of the parameters of a transform.</summary>
    public const string Parameters = "parameters";

    public Digest Digest { get; } = Digest.Of(Content);
}
