namespace Lifecycle.Validation;

public sealed partial class EvaluationSet
{
    /// <summary>The rows with what a model that is tried answered.</summary>
    internal EvaluationSet Answered(double[] answers) => Kind == EvaluationKind.Regression ? WithOutputs(answers, []) : WithScores(answers);

    /// <summary>The score of a row, or the number predicted for it.</summary>
    internal double Answer(int row) => Kind == EvaluationKind.Regression ? _estimates![row] : _scores![row];

    /// <summary>
    /// Whether another answer means another decision for a row; of a number, whether it differs by more than a share of its size.
    /// </summary>
    internal bool Turns(int row, double answer, double share) => Kind == EvaluationKind.Regression
        ? Math.Abs(answer - _estimates![row]) > share * Math.Abs(_estimates[row])
        : _predictions[row] != answer >= (Threshold ?? 0.5);
}
