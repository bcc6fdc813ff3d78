namespace Lifecycle.Data;

/// <summary>How datasets are committed and read.</summary>
public sealed class DatasetOptions
{
    /// <summary>How much of a table is looked at when it is committed. <see cref="ProfileDepth.Passing"/> by default.</summary>
    public ProfileDepth Profile { get; set; } = ProfileDepth.Passing;

    /// <summary>Formats whose files are understood as tables, asked in order; CSV at first.</summary>
    public IList<TableFormat> Formats { get; } = [new CsvFormat()];
}
