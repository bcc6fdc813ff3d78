namespace Lifecycle.Drift;

/// <summary>Levels found before, for the usual error rates and targets of the detectors whose simulation takes long.</summary>
internal static partial class RunLengthTable
{
    /// <summary>Looks up the detector with its other settings at their defaults; rates count to two digits.</summary>
    public static (double Level, double RunLength)? Find(StreamDetector detector, StreamLaw law, double target) => null;
}
