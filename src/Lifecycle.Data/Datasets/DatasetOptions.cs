namespace Lifecycle.Data;

/// <summary>How datasets are committed and read.</summary>
public sealed class DatasetOptions
{
    /// <summary>How much of a table is looked at when it is committed. <see cref="ProfileDepth.Passing"/> by default.</summary>
    public ProfileDepth Profile { get; set; } = ProfileDepth.Passing;

    /// <summary>Formats whose files are understood as tables, asked in order; CSV at first.</summary>
    public IList<TableFormat> Formats { get; } = [new CsvFormat()];

    /// <summary>What commits and workspaces do with a link to a file, unless the commit says otherwise. Refused by default.</summary>
    public SourceLinks Links { get; set; }

    /// <summary>
    /// Whether commits compute the MD5 of each file they read, in the same pass, for tools that know files by it. False by default: it halves the
    /// speed on big files, and an export computes what is missing.
    /// </summary>
    public bool RecordMd5 { get; set; }
}
