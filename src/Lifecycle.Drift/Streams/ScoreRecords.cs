namespace Lifecycle.Drift;

/// <summary>
/// The records (new highest scores) of one simulated stream, with the number of values at which each came. A detector at level h would
/// have alarmed at the first record above h.
/// </summary>
internal sealed partial class ScoreRecords
{
    private const int Chunk = 64;

    private readonly List<(long At, double Score)> _records = [];
    private StreamDetector? _detector;
    private StreamLaw.Source? _source;
    private double[] _values = new double[Chunk];
    private long _n;
    private int _place = Chunk;
    private bool _isGivenUp;

    private ScoreRecords(StreamDetector detector, StreamLaw law, ulong seed, ulong index)
    {
        (_detector, _source) = (detector, law.Open(seed, index));
        detector.Simulate(index);
    }

    private double Highest { get; set; } = double.NegativeInfinity;

    private void Continue(double level, long longest)
    {
        if (_detector is not { } detector || _source is not { } source)
        {
            return;
        }

        while (_n < longest && !(Highest > level))
        {
            if (_place == Chunk)
            {
                source.Fill(_values);
                _place = 0;
            }

            _n++;
            double score = detector.Score(_values[_place++]);
            if (score > Highest)
            {
                Highest = score;
                _records.Add((_n, score));
            }
        }
    }

    /// <summary>When a detector passes a level for the first time.</summary>
    public static long TimeAt(StreamDetector detector, double level, StreamLaw.Source source, ulong index, long longest)
    {
        detector.Simulate(index);
        Span<double> values = stackalloc double[Chunk];
        for (long n = 0; n < longest;)
        {
            source.Fill(values);
            foreach (double value in values)
            {
                n++;
                if (detector.Score(value) > level)
                {
                    return n;
                }

                if (n == longest)
                {
                    break;
                }
            }
        }

        return RunOutcomes.Cut;
    }

    /// <summary>Keeps the records only.</summary>
    private void End(bool isGivenUp)
    {
        (_detector, _source, _values) = (null, null, []);
        _isGivenUp = isGivenUp;
    }

    /// <summary>How the run ends with the level.</summary>
    private long TimeAt(double level)
    {
        int low = 0, high = _records.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_records[middle].Score > level)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low < _records.Count ? _records[low].At : _isGivenUp ? RunOutcomes.GivenUp : RunOutcomes.Cut;
    }
}
