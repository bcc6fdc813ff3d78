namespace Lifecycle;

/// <summary>The folder in which features keep journals and spools: files that are written before the database knows of them.</summary>
/// <param name="Path">Full path; made by the storage when it opens.</param>
public sealed record JournalFolder(string Path);
