namespace Lifecycle.Data;

/// <summary>One file of a dataset version.</summary>
/// <param name="Path">Relative, with <c>/</c>, as it was found.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Digest">SHA-256 of the content.</param>
/// <param name="IsExecutable">Whether its owner may execute it.</param>
public sealed record DatasetFile(string Path, long Length, Digest Digest, bool IsExecutable = false);
