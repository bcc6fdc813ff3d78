namespace Lifecycle.Validation;

public sealed partial class EvaluationSet
{
    /// <summary>The rows with what a model that is tried answered.</summary>
    internal EvaluationSet Answered(double[] answers) => WithScores(answers);

    /// <summary>Whether another answer means another decision for a row.</summary>
    internal bool Turns(int row, double answer) => _predictions[row] != answer >= (Threshold ?? 0.5);
}
