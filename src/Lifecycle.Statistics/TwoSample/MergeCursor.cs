namespace Lifecycle.Statistics;

/// <summary>How far a merge has come through its part of two sorted samples.</summary>
internal struct MergeCursor(int i, int j, int end)
{
    /// <summary>Values of the first sample behind it.</summary>
    public int I = i;

    /// <summary>Values of the second sample behind it.</summary>
    public int J = j;

    /// <summary>Place of the open run in its block.</summary>
    public int Run;

    /// <summary>Key of the open run; no finite value has the largest.</summary>
    public ulong Last = ulong.MaxValue;

    /// <summary>Pooled values still to be merged.</summary>
    public int Left = end - i - j;

    public void Move(int i, int j, int run, ulong last, int steps) => (I, J, Run, Last, Left) = (i, j, run, last, Left - steps);
}
