using System.Runtime.InteropServices;

namespace Lifecycle.Drift;

/// <summary>A prediction that waits for its label, in 24 bytes: id, score, and packed into 64 bits flags, window and a time in milliseconds.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpenPrediction
{
    private const int TimeBits = 36;
    private const int WindowBits = 24;
    private const ulong TimeMask = (1UL << TimeBits) - 1;
    private const int WindowMask = (1 << WindowBits) - 1;
    private const ulong PredictedFlag = 1UL << 60, LabelledFlag = 1UL << 61, ActualFlag = 1UL << 62, ChangedFlag = 1UL << 63;

    private ulong _state;

    public OpenPrediction(ulong key, double score, bool predicted, int window, long now)
    {
        (Key, Score) = (key, score);
        _state = ((ulong)now & TimeMask) | ((ulong)(window & WindowMask) << TimeBits) | (predicted ? PredictedFlag : 0);
    }

    public ulong Key { get; }

    public double Score { get; }

    /// <summary>The window, which is at most the open one and less than 2^24 before it.</summary>
    public readonly int Window(int open) => open - ((open - (int)(_state >> TimeBits)) & WindowMask);

    public readonly bool Predicted => (_state & PredictedFlag) != 0;

    public readonly bool IsLabelled => (_state & LabelledFlag) != 0;

    public readonly bool Actual => (_state & ActualFlag) != 0;

    /// <summary>Whether a label came that was not written yet.</summary>
    public bool IsChanged
    {
        readonly get => (_state & ChangedFlag) != 0;
        set => _state = value ? _state | ChangedFlag : _state & ~ChangedFlag;
    }

    /// <summary>Before the label: when it was predicted (modulo 2^36 ms, two years). After it: how long the label took.</summary>
    public readonly long Time => (long)(_state & TimeMask);

    /// <summary>Time since the prediction, before its label.</summary>
    public readonly long Age(long now) => (long)(((ulong)now - _state) & TimeMask);

    /// <summary>Takes the first label.</summary>
    public void Label(bool actual, long now) => Restore(actual, Age(now));

    public void Restore(bool actual, long delay) =>
        _state = (_state & ~(TimeMask | ActualFlag)) | ((ulong)delay & TimeMask) | LabelledFlag | (actual ? ActualFlag : 0);

    /// <summary>Takes another label; the delay of the first stays.</summary>
    public void Correct(bool actual) => _state = actual ? _state | ActualFlag : _state & ~ActualFlag;
}
