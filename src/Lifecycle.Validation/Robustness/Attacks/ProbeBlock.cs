namespace Lifecycle.Validation;

/// <summary>Changed rows that the model is asked about together; rows of many victims side by side.</summary>
internal sealed class ProbeBlock(int width)
{
    private readonly List<Victim> _victims = [];
    private double[] _cells = new double[256 * width];

    public int Count => _victims.Count;

    public double[] Scores { get; set; } = [];

    public Victim Victim(int probe) => _victims[probe];

    public ReadOnlySpan<double> Row(int probe) => _cells.AsSpan(probe * width, width);

    public double Cell(int probe, int column) => _cells[probe * width + column];

    public void Add(Victim victim, ReadOnlySpan<double> row)
    {
        if ((Count + 1) * width > _cells.Length)
        {
            Array.Resize(ref _cells, 2 * _cells.Length);
        }

        row.CopyTo(_cells.AsSpan(Count * width, width));
        _victims.Add(victim);
        victim.Queries++;
    }
}
