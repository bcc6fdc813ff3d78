using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Lifecycle.Validation;

public sealed partial class EvaluationSet
{
    private EvaluationSet? _takenFrom;
    private int[]? _rowNumbers;

    /// <summary>Digest of the rows the threshold was chosen on; null when it came from elsewhere.</summary>
    public Digest? ThresholdChosenOn { get; private set; }

    /// <summary>Whether the threshold was chosen on these very rows or on rows they were taken from, so that what it reaches on them is too good to be true.</summary>
    internal bool IsThresholdFromHere
    {
        get
        {
            for (EvaluationSet? set = ThresholdChosenOn is null ? null : this; set is not null; set = set._takenFrom)
            {
                if (set.Fingerprint == ThresholdChosenOn)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Number of a row in the set these rows were taken from.</summary>
    internal int RowNumber(int row) => _rowNumbers is null ? row : _rowNumbers[row];

    /// <summary>SHA-256 of labels and scores.</summary>
    internal Digest Fingerprint
    {
        get
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(MemoryMarshal.AsBytes(_labels.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(_scores.AsSpan()));
            return new Digest(hash.GetHashAndReset());
        }
    }

    /// <summary>Decides by another threshold: positive when score ≥ threshold.</summary>
    /// <param name="threshold">A number; positive infinity acts on nobody.</param>
    /// <exception cref="InvalidOperationException">The set has no scores.</exception>
    public EvaluationSet WithThreshold(double threshold)
    {
        if (double.IsNaN(threshold))
        {
            throw new ArgumentException("The threshold is NaN; give a number.", nameof(threshold));
        }

        if (_scores is null)
        {
            throw new InvalidOperationException("The set has only decisions, so a threshold means nothing; give scores: with EvaluationSet.Of(labels, scores).");
        }

        EvaluationSet set = Copy();
        set._predictions = Array.ConvertAll(_scores, s => s >= threshold);
        set.Threshold = threshold;
        set.ThresholdChosenOn = null;
        return set;
    }

    /// <summary>Decides by a threshold that was chosen by value; the set remembers on which rows.</summary>
    /// <exception cref="InvalidOperationException">The set has no scores.</exception>
    public EvaluationSet WithThreshold(ThresholdChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        EvaluationSet set = WithThreshold(choice.Threshold);
        set.ThresholdChosenOn = choice.ChosenOn;
        return set;
    }
}
