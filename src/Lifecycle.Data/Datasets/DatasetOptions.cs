namespace Lifecycle.Data;

/// <summary>How datasets are committed and read.</summary>
public sealed class DatasetOptions
{
    /// <summary>Formats whose files are understood as tables, asked in order; CSV at first.</summary>
    public IList<TableFormat> Formats { get; } = [new CsvFormat()];
}
